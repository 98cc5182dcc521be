import { hash, timingSafeEqual } from 'node:crypto';
import { type AgentConfig, socketOf } from '../config/config.ts';
import type { Admission } from '../drivers/charge-point-events.ts';

/** In constant time. Some charge points send a key of hex digits as the bytes that it encodes. */
function isPassword(wanted: string, given: Uint8Array): boolean {
  const digest = (data: Uint8Array) => hash('sha256', data, 'buffer');
  const isText = timingSafeEqual(digest(Buffer.from(wanted)), digest(given));
  const isBytes = timingSafeEqual(digest(Buffer.from(wanted, 'hex')), digest(given));
  return isText || (isBytes && given.length * 2 === wanted.length && given.length > 0);
}

/** Decides whether a charge point that connects belongs to the homeowner, and checks its password if it has one. */
export function admission(
  config: AgentConfig,
  chargePointId: string,
  password: Uint8Array | undefined,
): Admission {
  const { chargePoints, acceptUnknownChargePoints } = config;
  // A socket's name is not a charge-point id: a device that connects under it would take the socket's place.
  if (socketOf(config, chargePointId) !== undefined) return 'unknown';
  const known = Object.hasOwn(chargePoints, chargePointId) ? chargePoints[chargePointId] : undefined;
  if (known === undefined) return acceptUnknownChargePoints ? 'admitted' : 'unknown';
  if (known.password === undefined) return 'admitted';
  return isPassword(known.password, password ?? new Uint8Array()) ? 'admitted' : 'wrongPassword';
}
