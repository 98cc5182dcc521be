import { hash, timingSafeEqual } from 'node:crypto';
import { type AgentConfig, socketOf } from '../config/config.ts';
import type { Admission } from '../drivers/charge-point-events.ts';

/** In the same time whatever the answer. Some boxes send a key of hex digits as the bytes that it stands for. */
function isPassword(wanted: string, given: Uint8Array): boolean {
  const digest = (data: Uint8Array) => hash('sha256', data, 'buffer');
  const isText = timingSafeEqual(digest(Buffer.from(wanted)), digest(given));
  const isBytes = timingSafeEqual(digest(Buffer.from(wanted, 'hex')), digest(given));
  return isText || (isBytes && given.length * 2 === wanted.length && given.length > 0);
}

/** Whether a charge point that dials in is one of the homeowner's, and shows its password where it has one. */
export function admission(
  config: AgentConfig,
  chargePointId: string,
  password: Uint8Array | undefined,
): Admission {
  const { chargePoints, acceptUnknownChargePoints } = config;
  // A socket's name is no wallbox's: whoever dials with it would be served in its place.
  if (socketOf(config, chargePointId) !== undefined) return 'unknown';
  const known = Object.hasOwn(chargePoints, chargePointId) ? chargePoints[chargePointId] : undefined;
  if (known === undefined) return acceptUnknownChargePoints ? 'admitted' : 'unknown';
  if (known.password === undefined) return 'admitted';
  return isPassword(known.password, password ?? new Uint8Array()) ? 'admitted' : 'wrongPassword';
}
