import { type Hex, isAddressEqual } from 'viem';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef, SignedTypeName } from '../../protocol/signedTypes.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { HttpProblem } from '../http/problem.ts';

/** How long a Watch message may be valid at most. */
const MAX_WATCH_SEC = 24 * 3_600;

const WATCH_HEADER = /^Plugpact-Watch (\d{1,12})\.(0x[0-9a-f]{130})$/;

/**
 * Checks that the booking's session key signed a message.
 *
 * @throws HttpProblem 403 `signature.notSessionKey`.
 */
export async function requireSessionKey(
  ref: MarketRef,
  booking: BookingWithTerms,
  type: SignedTypeName,
  message: object,
  signature: Hex,
): Promise<void> {
  const signer = await signerOf(ref, type, message, signature).catch(() => undefined);
  if (signer !== undefined && isAddressEqual(signer, booking.sessionKey)) return;
  throw new HttpProblem(403, {
    code: 'signature.notSessionKey',
    value: signer ?? 'no valid signature',
    rule: `The message ${type} must be signed by the booking's session key ${booking.sessionKey}.`,
    remedy: 'Sign on the device that made the booking, for this market and chain.',
  });
}

/**
 * Checks that a request may read a booking's live stream and notices. The header is
 * `Authorization: Plugpact-Watch <validUntil>.<signature>`, with the EIP-712 message `Watch` signed by the session key
 * and valid for at most 24 h. Returns `validUntil`, in unix seconds.
 *
 * @throws HttpProblem 401 `watch.missing`, `watch.expired`; 403 `signature.notSessionKey`.
 */
export async function requireWatch(
  ref: MarketRef,
  booking: BookingWithTerms,
  header: string | undefined,
  now: number,
): Promise<number> {
  const match = WATCH_HEADER.exec(header ?? '');
  if (match === null) throw watchMissing();
  const validUntil = Number(match[1]);
  if (validUntil <= now || validUntil > now + MAX_WATCH_SEC) throw watchExpired(validUntil, now);
  const message = { bookingId: booking.bookingId, validUntil: BigInt(validUntil) };
  await requireSessionKey(ref, booking, 'Watch', message, match[2] as Hex);
  return validUntil;
}

const watchMissing = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'watch.missing',
    rule: 'The request must have the header "Authorization: Plugpact-Watch <validUntil>.<signature>".',
    remedy: 'Sign the EIP-712 message Watch with the booking’s session key.',
  });

const watchExpired = (validUntil: number, now: number): HttpProblem =>
  new HttpProblem(401, {
    code: 'watch.expired',
    value: `${validUntil} at ${now}`,
    rule: 'validUntil must be in the future, at most 24 h ahead.',
    remedy: 'Sign a new Watch message, and check the clock of the device.',
  });
