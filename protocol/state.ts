import { type Fields, packWord, unpackWord } from './words.ts';

const HEAD = [
  ['name', 8],
  ['since', 40],
  ['cosignedSeq', 32],
  ['cosignedWh', 48],
  ['cosignedSec', 32],
  ['cosignedOverstaySec', 32],
  ['raisedCost', 64],
] as const;

const CLAIM = [
  ['seq', 32],
  ['energyWh', 48],
  ['beganAt', 40],
  ['endedAt', 40],
  ['overstaySec', 32],
  ['bestProofWh', 48],
] as const;

/** Names of the states of an open booking, as the contract numbers them (contracts/types/State.sol). */
export const STATE = {
  RESERVED: 1n,
  ARRIVED: 2n,
  CLAIMED: 3n,
  CLAIMED_ALONE: 4n,
  NO_SHOW_CLAIMED: 5n,
  CONTESTED: 6n,
  CHALLENGED: 7n,
} as const;

export type StateName = keyof typeof STATE;

const NAMES: ReadonlyMap<bigint, StateName> = new Map(
  Object.entries(STATE).map(([name, number]) => [number, name as StateName]),
);

/** OCPI ReservationStatus words of an ended booking, as the contract numbers them. */
export const OUTCOME = { 2: 'CANCELED', 3: 'FAILED', 4: 'NO_SHOW', 5: 'FULFILLED' } as const;

/** State of an open booking in the form that the contracts take. */
export interface BookingStateStruct {
  head: bigint;
  claim: bigint;
}

/** The state's name, its clock (`since`, unix seconds: booked, claimed or challenged at) and the newest co-signed reading. */
export type StateHead = Fields<(typeof HEAD)[number][0]>;
/** What the agent alone claimed, and the best proof of it. */
export type StateClaim = Fields<(typeof CLAIM)[number][0]>;

export const packHead = (head: StateHead): bigint => packWord(HEAD, head);
export const unpackHead = (head: bigint): StateHead => unpackWord(HEAD, head);
export const packClaim = (claim: StateClaim): bigint => packWord(CLAIM, claim);
export const unpackClaim = (claim: bigint): StateClaim => unpackWord(CLAIM, claim);

/** The state of a booking on which nothing was claimed; `bookedAt` in unix seconds, the time of its block. */
export const reservedState = (bookedAt: number | bigint): BookingStateStruct => ({
  head: STATE.RESERVED | (BigInt(bookedAt) << 8n),
  claim: 0n,
});

/** @throws Error if the number is no state: then it did not come from the ledger. */
export function stateName({ head }: Pick<BookingStateStruct, 'head'>): StateName {
  const name = NAMES.get(head & 0xffn);
  if (name === undefined) throw new Error(`${head & 0xffn} is no state of a booking.`);
  return name;
}

/** Whether nothing was claimed yet: where a call names one of the two, the ledger takes either. */
export function isUnclaimed(state: BookingStateStruct): boolean {
  const name = stateName(state);
  return name === 'RESERVED' || name === 'ARRIVED';
}

/** When the state began, in unix seconds. */
export const sinceOf = ({ head }: Pick<BookingStateStruct, 'head'>): number => Number(unpackHead(head).since);
