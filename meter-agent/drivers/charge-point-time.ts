const ZONED = /(?:z|[+-]\d\d:?\d\d)$/i;

/** The newest one that was read: each part of the agent reads that of the same message. */
let newest: { timestamp: string; sec: number | null } = { timestamp: '', sec: null };

/**
 * Unix seconds of a charge point's timestamp, or null when it cannot be read. A timestamp without a zone is UTC, as
 * OCPP demands: charge point and agent may be in different zones.
 */
export function chargePointSec(timestamp: string): number | null {
  if (timestamp === newest.timestamp) return newest.sec;
  const millis = Date.parse(ZONED.test(timestamp) ? timestamp : `${timestamp}Z`);
  newest = { timestamp, sec: Number.isNaN(millis) ? null : Math.floor(millis / 1000) };
  return newest.sec;
}

/** Before OCPP 2 existed: a clock that shows less has not been set yet. */
const EARLIEST_SEC = Date.UTC(2018, 0) / 1_000;

/** Whether the charge point's clock is not set, so that the same timestamp may mean another moment. */
export const isUnset = (timestamp: string): boolean => (chargePointSec(timestamp) ?? 0) < EARLIEST_SEC;
