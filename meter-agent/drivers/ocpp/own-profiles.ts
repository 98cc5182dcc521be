/**
 * Ids of the agent's charging profiles, one per connector or EVSE. An id that is used twice replaces the other profile,
 * so they are far from the small numbers that other central systems give theirs.
 */
const FIRST = 61_000;
const COUNT = 100;

export const ownProfileId = (connectorId: number): number => FIRST + (connectorId % COUNT);

export const isOwnProfileId = (id: number): boolean => id >= FIRST && id < FIRST + COUNT;
