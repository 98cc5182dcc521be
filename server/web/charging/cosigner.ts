import { privateKeyToAccount } from 'viem/accounts';
import type { BookingResponse, LiveEvent, ReadingJson } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { VisitState } from '../../../protocol/link.ts';
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
} from '../booking/keptBookings.ts';
import { checkReading } from './checkReading.ts';

/** A pass for the live stream; the server allows a day. */
const WATCH_SEC = 12 * 3_600;
const RESEND_MS = 3_000;
const MAX_CURVE_POINTS = 600;

/** What the page shows of a visit under way. Readings that are not co-signed yet are shown as such. */
export interface LiveState {
  connected: boolean;
  problem: Error | undefined;
  visit: { state: VisitState; powerW: number; detail: string; at: number } | undefined;
  reading: ReadingJson | undefined;
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
  refusal: undefined,
  unsent: undefined,
};

/**
 * Co-signs the readings of one booking with its session key, as they come. Each is checked first; what was signed
 * is kept before it is sent, so that a reload goes on where it was and never signs two readings of one number.
 *
 * @returns ends it.
 */
export function cosign(
  kept: KeptBooking,
  windows: MarketWindows,
  show: (change: Partial<LiveState>) => void,
): () => void {
  const { bookingId, ref } = kept;
  const account = privateKeyToAccount(kept.sessionPrivateKey);
  const terms = fromTermsStruct(kept.booking.terms);
  const times = bookingTimes(kept.booking, terms.bookingTerms, windows);
  let ended = false;
  let work = Promise.resolve();
  let resend: ReturnType<typeof setTimeout> | undefined;

  const send = async (cosigned: Cosigned): Promise<void> => {
    clearTimeout(resend);
    const body = { seq: cosigned.reading.seq, signature: cosigned.sessionSignature };
    try {
      await api('POST', `/bookings/${bookingId}/cosignatures`, body);
      show({ unsent: undefined });
    } catch (error) {
      show({ unsent: error as Error });
      if (!ended) resend = setTimeout(() => void send(cosigned), RESEND_MS);
    }
  };

  const onReading = async (
    reading: ReadingJson,
    agentSignature: Cosigned['agentSignature'],
  ): Promise<void> => {
    const now = loadBooking(bookingId) ?? kept;
    if (now.cosigned !== undefined && sameReading(now.cosigned.reading, reading)) return send(now.cosigned);
    const context = {
      ref,
      bookingId,
      agentKey: terms.agentKey,
      maxPowerW: Number(terms.metering.maxPowerW),
      opens: times.opens,
      closes: times.closes,
      startedAt: now.startedAt,
      last: now.cosigned?.reading,
      nowSec: Math.floor(Date.now() / 1_000),
    };
    try {
      await checkReading(context, reading, agentSignature);
    } catch (error) {
      if (!(error instanceof PlugpactError)) throw error;
      return show({ refusal: error });
    }
    const sessionSignature = await signMessageOf(account, ref, 'Reading', reading);
    const cosigned = { reading, agentSignature, sessionSignature };
    updateBooking(bookingId, { cosigned, curve: longer(now.curve ?? [], reading) });
    show({ reading, refusal: undefined });
    await send(cosigned);
  };

  const onEvent = (event: LiveEvent): void => {
    if (event.event === 'visit') show({ visit: event.data });
    if (event.event === 'booking') keepEnding(event.data);
    if (event.event === 'reading') {
      show({ reading: event.data.reading });
      // One after the other: two readings at once must not both pass for the next.
      work = work
        .then(() => onReading(event.data.reading, event.data.agentSignature))
        .catch((problem: Error) => show({ problem }));
    }
  };

  const stop = followEvents({
    path: `/bookings/${bookingId}/live`,
    headers: async () => {
      const validUntil = Math.floor(Date.now() / 1_000) + WATCH_SEC;
      const signature = await signMessageOf(account, ref, 'Watch', { bookingId, validUntil });
      return { authorization: `Plugpact-Watch ${validUntil}.${signature}` };
    },
    onEvent: (name, data) => onEvent({ event: name, data } as LiveEvent),
    onState: (problem) => show({ problem, connected: problem === undefined }),
  });
  return () => {
    ended = true;
    clearTimeout(resend);
    stop();
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
