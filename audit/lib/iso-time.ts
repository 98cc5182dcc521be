/** Unix seconds as ISO 8601 in UTC, to the second. */
export const isoTime = (sec: number | bigint): string =>
  new Date(Number(sec) * 1_000).toISOString().replace('.000Z', 'Z');
