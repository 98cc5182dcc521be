import type { Hex } from 'viem';
import { requestOf } from '../../../protocol/api/client.ts';
import type { LiveEvent, ReadingJson } from '../../../protocol/api.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { eventParser } from '../app/events.ts';
import { cosignReading, extendedCurve, raiseAfter, signedRaise, watchHeaders } from '../charging/signing.ts';
import {
  forgetWorkerBooking,
  keepSigned,
  readWorkerBooking,
  signingAlone,
  type WorkerBooking,
} from '../charging/workerStore.ts';
import { pushedText } from './pushedText.ts';
import { type ExtendableEvent, scope } from './scope.ts';

/** What is known of a booking comes at once on its live stream; so long it is waited for. */
const LIVE_MS = 8_000;
/** Of a booking without a reading nothing more comes after it. */
const AFTER_BOOKING_MS = 1_500;
const SEND_TRIES = 3;

type LiveOf<Name extends LiveEvent['event']> = Extract<LiveEvent, { event: Name }>['data'];

interface Live {
  reading?: LiveOf<'reading'>;
  booking?: LiveOf<'booking'>;
}

/** The newest of a booking, as the API has it: it is sent on connecting, the booking before the reading. */
async function readLive(kept: WorkerBooking): Promise<Live> {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(), LIVE_MS);
  const live: Live = {};
  try {
    const { path } = requestOf('watchBooking', { params: { bookingId: kept.bookingId } });
    const headers = { accept: 'text/event-stream', ...(await watchHeaders(kept)) };
    const answer = await fetch(path, { headers, signal: stop.signal });
    if (!answer.ok || answer.body === null) return live;
    const parse = eventParser((name, data) => {
      if (name !== 'reading' && name !== 'booking') return;
      live[name] = data as never;
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), AFTER_BOOKING_MS);
    });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parse(part.value);
      if (live.reading !== undefined) break;
    }
  } catch {
    // What came until then counts; without a network there is nothing to sign.
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  return live;
}

/** A signature is stored before it is sent, so that it may be sent again, by the page too. */
async function post(id: 'cosignReading' | 'raiseAllowance', bookingId: Hex, body: object): Promise<boolean> {
  const request = requestOf(id, { params: { bookingId }, body } as never);
  const { method, path, body: text } = request;
  for (let tries = 0; tries < SEND_TRIES; tries += 1) {
    const answer = await fetch(path, {
      ...{ method, body: text ?? null, headers: { 'content-type': 'application/json' } },
    }).catch(() => undefined);
    if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer.ok;
  }
  return false;
}

/** Co-signs a reading by the same rules as the page, and allows what the driver chose. @throws PlugpactError `reading.…`. */
async function signAlone(bookingId: Hex, { reading, agentSignature }: LiveOf<'reading'>): Promise<void> {
  await signingAlone(bookingId, async () => {
    const kept = await readWorkerBooking(bookingId);
    if (kept === undefined || reading.seq < (kept.cosigned?.reading.seq ?? 0)) return;
    const nowSec = Math.floor(Date.now() / 1_000);
    const cosigned = await cosignReading(kept, kept.windows, nowSec, reading, agentSignature);
    const curve = extendedCurve(kept.curve ?? [], reading);
    const cost = raiseAfter(kept, reading);
    const raise = cost === undefined ? kept.raise : await signedRaise(kept, cost);
    await keepSigned(bookingId, { cosigned, curve, ...(raise === undefined ? {} : { raise }) });
  });
  const kept = await readWorkerBooking(bookingId);
  const { cosigned, raise } = kept ?? {};
  if (cosigned !== undefined)
    await post('cosignReading', bookingId, {
      seq: cosigned.reading.seq,
      signature: cosigned.sessionSignature,
    });
  if (raise !== undefined) await post('raiseAllowance', bookingId, raise);
}

const costOf = ({ booking }: WorkerBooking, reading: ReadingJson): bigint =>
  costRoundedDown(fromTermsStruct(booking.terms).tariff, reading, booking.money.cap);

/** Signs what waits for a booking, and says what to show. */
async function signedText(kept: WorkerBooking): Promise<string> {
  const { reading, booking } = await readLive(kept);
  const { texts, token } = kept;
  if (booking?.endedTx != null) {
    await forgetWorkerBooking(kept.bookingId);
    return texts.ended;
  }
  if (reading === undefined) return texts.news;
  const figures = { texts, token, energyWh: reading.reading.energyWh, cost: costOf(kept, reading.reading) };
  try {
    await signAlone(kept.bookingId, reading);
    return pushedText({ ...figures, isSigned: true });
  } catch (error) {
    if (!(error instanceof PlugpactError)) throw error;
    return pushedText({ ...figures, isSigned: false });
  }
}

/** One notification for a booking, which the next one replaces; it makes no sound, unless something was refused. */
async function show(kept: WorkerBooking, body: string): Promise<void> {
  await scope.registration.showNotification(kept.texts.title, {
    body,
    tag: `plugpact:${kept.bookingId}`,
    icon: '/icons/192.png',
    silent: true,
    data: { bookingId: kept.bookingId },
  });
}

/** Notices that the end of the booked time brings. */
const UNPLUG = new Set(['UNPLUG_SOON', 'OVERSTAY']);

async function onPush(pushed: unknown): Promise<void> {
  const { data } = (pushed ?? {}) as { data?: { bookingId?: unknown; code?: unknown } };
  const bookingId = data?.bookingId;
  if (typeof bookingId !== 'string') return;
  const kept = await readWorkerBooking(bookingId as Hex);
  if (kept === undefined) return;
  const signed = await signedText(kept);
  const body = UNPLUG.has(String(data?.code)) ? `${signed}\n${kept.texts.unplug}` : signed;
  const pages = await scope.clients.matchAll({ type: 'window' });
  // Who looks at the page sees it there.
  if (pages.some(({ visibilityState }) => visibilityState === 'visible')) return;
  await show(kept, body);
}

/** Opens the booking of a notification, in a page that is open where there is one. */
async function openBooking(bookingId: unknown): Promise<void> {
  const url = `/#/booking/${String(bookingId)}`;
  const [page] = await scope.clients.matchAll({ type: 'window' });
  if (page === undefined) return void (await scope.clients.openWindow(url));
  await page.navigate(url);
  await page.focus();
}

scope.addEventListener('push', (event: ExtendableEvent & { data: { json(): unknown } | null }) => {
  event.waitUntil(onPush(event.data?.json()));
});

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openBooking((event.notification.data as { bookingId?: unknown } | null)?.bookingId));
});
