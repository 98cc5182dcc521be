import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { BookingResponse, LiveEvent, ReadingJson, SessionJson } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { Notice } from '../../../protocol/notices.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { bookingTimes, type MarketWindows } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { api } from '../app/api.ts';
import { followEvents } from '../app/events.ts';
import {
  type Cosigned,
  endingOf,
  type KeptBooking,
  loadBooking,
  updateBooking,
} from '../booking/storedBookings.ts';
import { checkReading } from './checkReading.ts';

/** A pass for the live stream; the server allows a day. */
const WATCH_SEC = 12 * 3_600;
const RESEND_MS = 3_000;
const MAX_CURVE_POINTS = 600;

/** What the page shows of a visit under way. Readings that are not co-signed yet are shown as such. */
export interface LiveState {
  connected: boolean;
  problem: Error | undefined;
  visit: SessionJson | undefined;
  reading: ReadingJson | undefined;
  /** What the agent told the driver, newest first. */
  notices: Notice[] | undefined;
  /** Why the newest reading was not co-signed. */
  refusal: PlugpactError | undefined;
  /** Why the newest co-signature did not reach the agent yet; it is sent again. */
  unsent: Error | undefined;
}

export const NOT_LIVE: LiveState = {
  connected: false,
  problem: undefined,
  visit: undefined,
  reading: undefined,
  notices: undefined,
  refusal: undefined,
  unsent: undefined,
};

/**
 * Checks a reading and co-signs it with the booking's session key. The one that was co-signed last comes back with
 * its signature as it was, so that no number is ever signed twice with different contents.
 *
 * @throws PlugpactError `reading.…` with the reason why it is refused.
 */
export async function cosignReading(
  kept: KeptBooking,
  windows: MarketWindows,
  nowSec: number,
  reading: ReadingJson,
  agentSignature: Hex,
): Promise<Cosigned> {
  if (kept.cosigned !== undefined && sameReading(kept.cosigned.reading, reading)) return kept.cosigned;
  const terms = fromTermsStruct(kept.booking.terms);
  const { opens, closes } = bookingTimes(kept.booking, terms.bookingTerms, windows);
  const context = {
    ref: kept.ref,
    bookingId: kept.bookingId,
    agentKey: terms.agentKey,
    maxPowerW: Number(terms.metering.maxPowerW),
    opens,
    closes,
    startedAt: kept.startedAt,
    last: kept.cosigned?.reading,
    nowSec,
  };
  await checkReading(context, reading, agentSignature);
  const account = privateKeyToAccount(kept.sessionPrivateKey);
  const sessionSignature = await signMessageOf(account, kept.ref, 'Reading', reading);
  return { reading, agentSignature, sessionSignature };
}

/** Opens what is told of a booking: only its session key may watch. */
export async function watchHeaders({
  bookingId,
  ref,
  sessionPrivateKey,
}: KeptBooking): Promise<Record<string, string>> {
  const validUntil = Math.floor(Date.now() / 1_000) + WATCH_SEC;
  const account = privateKeyToAccount(sessionPrivateKey);
  const signature = await signMessageOf(account, ref, 'Watch', { bookingId, validUntil });
  return { authorization: `Plugpact-Watch ${validUntil}.${signature}` };
}

type Show = (change: Partial<LiveState>) => void;

/** Sends co-signatures to the agent, the newest one again until it has arrived. */
class Sender {
  private readonly path: string;
  private readonly show: Show;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(bookingId: Hex, show: Show) {
    this.path = `/bookings/${bookingId}/cosignatures`;
    this.show = show;
  }

  async send(cosigned: Cosigned): Promise<void> {
    clearTimeout(this.timer);
    const body = { seq: cosigned.reading.seq, signature: cosigned.sessionSignature };
    const problem = await api('POST', this.path, body).then(
      () => undefined,
      (error: Error) => error,
    );
    this.show({ unsent: problem });
    if (problem === undefined || this.ended) return;
    this.timer = setTimeout(() => void this.send(cosigned), RESEND_MS);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }
}

/** Co-signs one reading, keeps that before it is sent, and tells the page why not where it refuses. */
async function takeReading(
  kept: KeptBooking,
  windows: MarketWindows,
  { reading, agentSignature }: Pick<Cosigned, 'reading' | 'agentSignature'>,
  sender: Sender,
  show: Show,
): Promise<void> {
  const now = loadBooking(kept.bookingId) ?? kept;
  const nowSec = Math.floor(Date.now() / 1_000);
  try {
    const cosigned = await cosignReading(now, windows, nowSec, reading, agentSignature);
    if (cosigned !== now.cosigned) {
      updateBooking(kept.bookingId, { cosigned, curve: longer(now.curve ?? [], reading) });
    }
    show({ reading, refusal: undefined });
    await sender.send(cosigned);
  } catch (error) {
    if (!(error instanceof PlugpactError)) throw error;
    show({ refusal: error });
  }
}

/**
 * Co-signs the readings of one booking as they come, until it is ended; goes on after a reload where it was.
 *
 * @returns ends it.
 */
export function cosign(kept: KeptBooking, windows: MarketWindows, show: Show): () => void {
  const sender = new Sender(kept.bookingId, show);
  let work = Promise.resolve();
  const onEvent = ({ event, data }: LiveEvent): void => {
    if (event === 'session') show({ visit: data });
    if (event === 'booking') keepEnding(data);
    if (event === 'handover') updateBooking(kept.bookingId, { sealedPlace: data.sealed });
    if (event === 'notices') show({ notices: data.notices });
    if (event !== 'reading') return;
    show({ reading: data.reading });
    // One after the other: two readings at once must not both pass for the next.
    work = work
      .then(() => takeReading(kept, windows, data, sender, show))
      .catch((problem: Error) => show({ problem }));
  };
  const stop = followEvents({
    path: `/bookings/${kept.bookingId}/live`,
    headers: () => watchHeaders(kept),
    onEvent: (name, data) => onEvent({ event: name, data } as LiveEvent),
    onState: (problem) => show({ problem, connected: problem === undefined }),
  });
  return () => {
    stop();
    sender.end();
  };
}

function keepEnding(response: BookingResponse): void {
  const ending = endingOf(response);
  if (ending !== undefined) updateBooking(response.bookingId, { ending });
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

/** Adds a point to the course of a charge; when it grows too long every second point goes. */
export function longer(curve: [number, number][], reading: ReadingJson): [number, number][] {
  const next: [number, number][] = [...curve, [reading.endedAt, reading.energyWh]];
  return next.length <= MAX_CURVE_POINTS ? next : next.filter((_, i) => i % 2 === 0 || i === next.length - 1);
}
