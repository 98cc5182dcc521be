import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { allowanceAfter } from '../../../protocol/allowance.ts';
import type { AllowanceJson, ReadingJson } from '../../../protocol/api.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import type { MarketWindows } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { allowedNow } from '../booking/allowance.ts';
import type { Cosigned, StoredBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { checkReading } from './checkReading.ts';

/*
 * What this device signs while it charges, in the page and in its service worker alike: it uses neither the page's
 * storage nor its texts.
 */

/** How long a Watch message for the live stream is valid; the server allows a day. */
const WATCH_SEC = 12 * 3_600;
const MAX_CURVE_POINTS = 600;

/** Of a booking what signing takes. */
export type Signing = Pick<
  StoredBooking,
  | 'bookingId'
  | 'ref'
  | 'booking'
  | 'sessionPrivateKey'
  | 'createdAt'
  | 'bookedAt'
  | 'startedAt'
  | 'allow'
  | 'raise'
  | 'cosigned'
>;

/**
 * Checks a reading and co-signs it with the booking's session key. For the reading co-signed last it returns the stored
 * signature, so that no number is ever signed twice with different contents.
 *
 * @throws PlugpactError `reading.…` with the reason why it is refused.
 */
export async function cosignReading(
  stored: Signing,
  windows: MarketWindows,
  nowSec: number,
  reading: ReadingJson,
  agentSignature: Hex,
): Promise<Cosigned> {
  if (stored.cosigned !== undefined && sameReading(stored.cosigned.reading, reading)) return stored.cosigned;
  const terms = fromTermsStruct(stored.booking.terms);
  const { opens, closes } = timesOf(stored, windows);
  const context = {
    ref: stored.ref,
    bookingId: stored.bookingId,
    agentKey: terms.agentKey,
    maxPowerW: Number(terms.metering.maxPowerW),
    opens,
    closes,
    startedAt: stored.startedAt,
    last: stored.cosigned?.reading,
    nowSec,
  };
  await checkReading(context, reading, agentSignature);
  const account = privateKeyToAccount(stored.sessionPrivateKey);
  const sessionSignature = await signMessageOf(account, stored.ref, 'Reading', reading);
  return { reading, agentSignature, sessionSignature };
}

/** Headers for a booking's live stream and notices: only its session key may read them. */
export async function watchHeaders({
  bookingId,
  ref,
  sessionPrivateKey,
}: Pick<Signing, 'bookingId' | 'ref' | 'sessionPrivateKey'>): Promise<Record<string, string>> {
  const validUntil = Math.floor(Date.now() / 1_000) + WATCH_SEC;
  const account = privateKeyToAccount(sessionPrivateKey);
  const signature = await signMessageOf(account, ref, 'Watch', { bookingId, validUntil });
  return { authorization: `Plugpact-Watch ${validUntil}.${signature}` };
}

/** What this device allows after it co-signed a reading; undefined where that is no more than it allowed before. */
export function raiseAfter(
  stored: Pick<Signing, 'allow' | 'booking' | 'raise'>,
  reading: ReadingJson,
): bigint | undefined {
  const { allow, booking } = stored;
  if (allow === undefined || reading.isFinal) return undefined;
  const cost = allowanceAfter(booking, reading, allow === 'STEP' ? undefined : allow.upTo);
  return cost > allowedNow(stored) ? cost : undefined;
}

/** A raise, signed by the booking's session key. */
export async function signedRaise(
  { bookingId, ref, sessionPrivateKey }: Pick<Signing, 'bookingId' | 'ref' | 'sessionPrivateKey'>,
  cost: bigint,
): Promise<AllowanceJson> {
  const account = privateKeyToAccount(sessionPrivateKey);
  const signature = await signMessageOf(account, ref, 'Allowance', { bookingId, cost });
  return { cost: String(cost), signature };
}

const sameReading = (a: ReadingJson, b: ReadingJson): boolean =>
  a.seq === b.seq &&
  a.energyWh === b.energyWh &&
  a.beganAt === b.beganAt &&
  a.endedAt === b.endedAt &&
  a.overstaySec === b.overstaySec &&
  a.isFinal === b.isFinal &&
  a.evidenceHash === b.evidenceHash &&
  a.registersCommitment === b.registersCommitment;

/** Adds a point to the energy curve; when it grows too long, every second point is dropped. */
export function extendedCurve(
  curve: readonly [number, number][],
  { endedAt, energyWh }: Pick<ReadingJson, 'endedAt' | 'energyWh'>,
): [number, number][] {
  const next: [number, number][] = [...curve, [endedAt, energyWh]];
  return next.length <= MAX_CURVE_POINTS ? next : next.filter((_, i) => i % 2 === 0 || i === next.length - 1);
}
