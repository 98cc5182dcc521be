const ZONED = /(?:z|[+-]\d\d:?\d\d)$/i;

/**
 * Unix seconds of a wallbox's time, or null when it is none. One without a zone is UTC, as OCPP wants it: wallbox and
 * agent need not stand in one zone's clock.
 */
export function chargePointSec(timestamp: string): number | null {
  const millis = Date.parse(ZONED.test(timestamp) ? timestamp : `${timestamp}Z`);
  return Number.isNaN(millis) ? null : Math.floor(millis / 1000);
}

/** Before OCPP 2 was: the clock of a box that has not heard the time yet. */
const EARLIEST_SEC = Date.UTC(2018, 0) / 1_000;

/** Whether the box's clock tells no time, so that the same text may stand for another moment. */
export const isUnset = (timestamp: string): boolean => (chargePointSec(timestamp) ?? 0) < EARLIEST_SEC;
