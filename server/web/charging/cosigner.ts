import type { Hex } from 'viem';
import { requestOf } from '../../../protocol/api/client.ts';
import type { BookingResponse, LiveEvent, ReadingJson } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { MarketWindows } from '../../../protocol/slots.ts';
import { api } from '../app/api.ts';
import { followEvents } from '../app/events.ts';
import {
  type Cosigned,
  loadBooking,
  outcomeOf,
  type StoredBooking,
  updateBooking,
} from '../booking/storedBookings.ts';
import type { LiveState } from './liveState.ts';
import { RaiseSender } from './raise.ts';
import { FinalSettler } from './settleFinal.ts';
import { cosignReading, extendedCurve, watchHeaders } from './signing.ts';
import { keepSigned, newestSigned, readWorkerBooking, signingAlone } from './workerStore.ts';

const RESEND_MS = 3_000;

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

interface Senders {
  cosignatures: Sender;
  raises: RaiseSender;
  settler: FinalSettler;
}

/** What the service worker signed while this page slept. A browser that has no such store has no worker. */
export async function adoptSigned(bookingId: Hex): Promise<void> {
  const kept = await readWorkerBooking(bookingId).catch(() => undefined);
  const stored = loadBooking(bookingId);
  if (kept === undefined || stored === undefined) return;
  const signed = newestSigned(stored, kept);
  const isNews = signed.cosigned !== stored.cosigned || signed.raise?.cost !== stored.raise?.cost;
  if (isNews) updateBooking(bookingId, signed);
}

/** Co-signs one reading and stores it before it is sent; undefined where the stored one is newer. */
async function signReading(
  { bookingId }: StoredBooking,
  windows: MarketWindows,
  { reading, agentSignature }: Pick<Cosigned, 'reading' | 'agentSignature'>,
): Promise<Cosigned | undefined> {
  await adoptSigned(bookingId);
  const now = loadBooking(bookingId);
  if (now === undefined || isBehind(now, reading)) return undefined;
  const cosigned = await cosignReading(now, windows, Math.floor(Date.now() / 1_000), reading, agentSignature);
  if (cosigned !== now.cosigned) {
    const curve = extendedCurve(now.curve ?? [], reading);
    updateBooking(bookingId, { cosigned, curve });
    await keepSigned(bookingId, { cosigned, curve }).catch(() => undefined);
  }
  return cosigned;
}

/** A reading that comes again, or late, after a newer one was signed on this device: nothing to refuse, nor to sign. */
export const isBehind = ({ cosigned }: Pick<StoredBooking, 'cosigned'>, reading: ReadingJson): boolean =>
  cosigned !== undefined && reading.seq < cosigned.reading.seq;

async function handleReading(
  stored: StoredBooking,
  windows: MarketWindows,
  data: Pick<Cosigned, 'reading' | 'agentSignature'>,
  senders: Senders,
  show: Show,
): Promise<void> {
  const { reading } = data;
  const isShown = !isBehind(loadBooking(stored.bookingId) ?? stored, reading);
  if (isShown) show({ reading });
  try {
    const cosigned = await signingAlone(stored.bookingId, () => signReading(stored, windows, data));
    if (cosigned === undefined) return;
    show({ refusal: undefined });
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
