let lastId = Math.floor(Date.now() / 1000) % 1_000_000_000;

/** Ids of requests: they grow, also over a restart. */
export const nextRequestId = (): number => ++lastId;
