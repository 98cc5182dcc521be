const ZONED = /(?:z|[+-]\d\d:?\d\d)$/i;

/**
 * Unix seconds of a wallbox's time, or null when it is none. One without a zone is UTC, as OCPP wants it: wallbox and
 * agent need not stand in one zone's clock.
 */
export function boxSec(timestamp: string): number | null {
  const millis = Date.parse(ZONED.test(timestamp) ? timestamp : `${timestamp}Z`);
  return Number.isNaN(millis) ? null : Math.floor(millis / 1000);
}
