import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { requestOf } from '../../../protocol/api/client.ts';
import type { BookingResponse, LiveEvent, ReadingJson, SessionJson } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { Notice } from '../../../protocol/notices.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import type { MarketWindows } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { api } from '../app/api.ts';
import { followEvents } from '../app/events.ts';
import {
  type Cosigned,
  loadBooking,
  outcomeOf,
  type StoredBooking,
  updateBooking,
} from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { checkReading } from './checkReading.ts';
import { RaiseSender } from './raise.ts';
import { FinalSettler } from './settleFinal.ts';

/** How long a Watch message for the live stream is valid; the server allows a day. */
const WATCH_SEC = 12 * 3_600;
const RESEND_MS = 3_000;
const MAX_CURVE_POINTS = 600;

/** The live state of a session, as the page shows it. */
export interface LiveState {
  connected: boolean;
  problem: Error | undefined;
  session: SessionJson | undefined;
  /** The newest reading, co-signed or not. */
  reading: ReadingJson | undefined;
  /** Notices for the driver, newest first. */
  notices: Notice[] | undefined;
  /** Why the newest reading was not co-signed. */
  refusal: PlugpactError | undefined;
  /** Why the newest co-signature has not reached the agent yet; it is sent again. */
  unsent: Error | undefined;
}

export const NOT_LIVE: LiveState = {
  connected: false,
  problem: undefined,
  session: undefined,
  reading: undefined,
  notices: undefined,
  refusal: undefined,
  unsent: undefined,
};

/**
 * Checks a reading and co-signs it with the booking's session key. For the reading co-signed last it returns the stored
 * signature, so that no number is ever signed twice with different contents.
 *
 * @throws PlugpactError `reading.…` with the reason why it is refused.
 */
export async function cosignReading(
  stored: StoredBooking,
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
}: StoredBooking): Promise<Record<string, string>> {
  const validUntil = Math.floor(Date.now() / 1_000) + WATCH_SEC;
  const account = privateKeyToAccount(sessionPrivateKey);
  const signature = await signMessageOf(account, ref, 'Watch', { bookingId, validUntil });
  return { authorization: `Plugpact-Watch ${validUntil}.${signature}` };
}

type Show = (change: Partial<LiveState>) => void;

/** Sends co-signatures to the agent, and the newest one again until it has arrived. */
class Sender {
  private readonly bookingId: Hex;
  private readonly show: Show;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(bookingId: Hex, show: Show) {
    this.bookingId = bookingId;
    this.show = show;
  }

  async send(cosigned: Cosigned): Promise<void> {
    clearTimeout(this.timer);
    const body = { seq: cosigned.reading.seq, signature: cosigned.sessionSignature };
    const problem = await api('cosignReading', { params: { bookingId: this.bookingId }, body }).then(
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

/** Co-signs one reading and stores it before it is sent; shows the reason where it refuses. */
async function handleReading(
  stored: StoredBooking,
  windows: MarketWindows,
  { reading, agentSignature }: Pick<Cosigned, 'reading' | 'agentSignature'>,
  senders: { cosignatures: Sender; raises: RaiseSender; settler: FinalSettler },
  show: Show,
): Promise<void> {
  const now = loadBooking(stored.bookingId) ?? stored;
  const nowSec = Math.floor(Date.now() / 1_000);
  try {
    const cosigned = await cosignReading(now, windows, nowSec, reading, agentSignature);
    if (cosigned !== now.cosigned) {
      updateBooking(stored.bookingId, { cosigned, curve: extendedCurve(now.curve ?? [], reading) });
    }
    show({ reading, refusal: undefined });
    await senders.cosignatures.send(cosigned);
    await senders.raises.after(reading);
    senders.settler.watch();
  } catch (error) {
    if (!(error instanceof PlugpactError)) throw error;
    show({ refusal: error });
  }
}

/**
 * Co-signs the readings of one booking as they arrive. After a reload it continues from the stored state.
 *
 * @returns a function that stops it.
 */
export function cosign(stored: StoredBooking, windows: MarketWindows, show: Show): () => void {
  const senders = {
    cosignatures: new Sender(stored.bookingId, show),
    raises: new RaiseSender(stored.bookingId),
    settler: new FinalSettler(stored.bookingId),
  };
  // The last raise may not have arrived before a reload, and the last reading may not have been settled.
  void senders.raises.send();
  senders.settler.watch();
  let work = Promise.resolve();
  const onEvent = ({ event, data }: LiveEvent): void => {
    if (event === 'session') show({ session: data });
    if (event === 'booking') storeBookedState(data);
    if (event === 'handover') updateBooking(stored.bookingId, { sealedLocation: data.sealed });
    if (event === 'notices') show({ notices: data.notices });
    if (event !== 'reading') return;
    show({ reading: data.reading });
    // One at a time: of two simultaneous readings only one can be the next.
    work = work
      .then(() => handleReading(stored, windows, data, senders, show))
      .catch((problem: Error) => show({ problem }));
  };
  const stop = followEvents({
    path: requestOf('watchBooking', { params: { bookingId: stored.bookingId } }).path,
    headers: () => watchHeaders(stored),
    onEvent: (name, data) => onEvent({ event: name, data } as LiveEvent),
    onState: (problem) => show({ problem, connected: problem === undefined }),
  });
  return () => {
    stop();
    senders.cosignatures.end();
    senders.raises.end();
    senders.settler.end();
  };
}

function storeBookedState(response: BookingResponse): void {
  const { bookingId, bookedAt } = response;
  const outcome = outcomeOf(response);
  updateBooking(bookingId, { bookedAt, ...(outcome && { outcome }) });
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
export function extendedCurve(curve: [number, number][], reading: ReadingJson): [number, number][] {
  const next: [number, number][] = [...curve, [reading.endedAt, reading.energyWh]];
  return next.length <= MAX_CURVE_POINTS ? next : next.filter((_, i) => i % 2 === 0 || i === next.length - 1);
}
