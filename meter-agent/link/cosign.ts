import { type Hex, isAddressEqual, keccak256 } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { type StartEnvelope, startEnvelope } from '../../protocol/link.ts';
import { open } from '../../protocol/seal.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef, SignedTypeName } from '../../protocol/signedTypes.ts';
import type { BookingTimes } from '../../protocol/slots.ts';

const refuse = (code: string, rule: string, remedy: string): PlugpactError =>
  new PlugpactError({ code, rule, remedy });

/** Checks that the booking's session key signed the message; throws `signature.notSessionKey`. */
export async function requireSessionKey(
  ref: MarketRef,
  type: SignedTypeName,
  message: object,
  signature: Hex,
  sessionKey: Hex,
): Promise<void> {
  const signer = await signerOf(ref, type, message, signature).catch(() => undefined);
  if (signer !== undefined && isAddressEqual(signer, sessionKey)) return;
  throw refuse(
    'signature.notSessionKey',
    `This ${type} is not signed by the session key of the booking.`,
    'Sign it on the device that booked.',
  );
}

/**
 * Opens a start envelope and checks that its secret is the one the driver committed to, and its signature the session
 * key's. Returns the secret, and the guest's card if one is named.
 */
export async function openEnvelope(
  ref: MarketRef,
  privateKey: Hex,
  envelope: Hex,
  expected: { bookingId: Hex; startHash: Hex; sessionKey: Hex },
): Promise<Pick<StartEnvelope, 'secret' | 'rfidUid'>> {
  let parsed: StartEnvelope;
  try {
    parsed = startEnvelope.parse(JSON.parse(open(privateKey, envelope)));
  } catch {
    throw refuse(
      'start.envelope',
      'The start envelope is not sealed to this agent key, or holds no start.',
      'Seal {bookingId, secret, signature} to the agent key of the booked terms.',
    );
  }
  const { bookingId, secret, signature, rfidUid } = parsed;
  if (bookingId !== expected.bookingId || keccak256(secret) !== expected.startHash) {
    throw refuse(
      'start.secret',
      'The start secret is not the one that this booking committed to.',
      'Start on the device that booked.',
    );
  }
  await requireSessionKey(ref, 'Start', { bookingId, secret }, signature, expected.sessionKey);
  return { secret, rfidUid };
}

/**
 * Why power may not flow now, if it may not: it does in [start, end), and from `opens` while no other booking of the
 * connector takes a moment between now and the start. Codes `start.tooEarly`, `start.tooLate`.
 */
export function timeRefusal(
  times: BookingTimes,
  others: readonly { start: number; end: number }[],
  now: number,
): PlugpactError | undefined {
  if (now >= times.end) return refuse('start.tooLate', 'The booked time is over.', 'Book another slot.');
  if (now >= times.start) return undefined;
  const isTaken = others.some(({ start, end }) => start < times.start && end > now);
  if (now >= times.opens && !isTaken) return undefined;
  const earlyMin = Math.round((times.start - times.opens) / 60);
  const iso = (at: number) => new Date(at * 1000).toISOString();
  return refuse(
    'start.tooEarly',
    `The slot begins at ${iso(times.start)}; power is given ${earlyMin} minutes earlier while nobody else has the charger.`,
    `Start again at ${iso(isTaken ? times.start : times.opens)}.`,
  );
}
