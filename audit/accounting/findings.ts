import { type Hex, zeroHash } from 'viem';
import type { Finding } from '../lib/discrepancy.ts';
import { readMetering } from '../rules/listing-terms.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { stateName } from '../rules/state.ts';
import type { AccountBook, BookingAccount } from './account-book.ts';
import { powerLimitWh } from './money-rules.ts';
import { UNCLAIMED, windowEnd } from './open-bookings.ts';
import { timesOf } from './state.ts';

/**
 * What is worth checking although no rule of the ledger is broken.
 *
 * @param nowSec time of the pinned block, unix seconds.
 */
export function findingsOf(book: AccountBook, market: MarketConstants, nowSec: number): Finding[] {
  const bookings = [...book.bookings.values()];
  return [
    ...repeatedEvidence(bookings),
    ...overlappingSessions(bookings),
    ...bookings.flatMap((account) => [
      ...oddReading(account, market),
      ...overdue(account, market, nowSec),
      ...doubtfulOverstay(account, book),
      ...twoFinals(account),
    ]),
  ];
}

/** An agent signs one final reading for a booking; two show that it told two stories. */
function twoFinals({ bookingId, booking, finals }: BookingAccount): Finding[] {
  if (finals.size < 2) return [];
  const { listingId, terms } = booking;
  const detail = `${finals.size} different final readings by ${terms.agentKey}`;
  return [{ code: 'agent.twoFinals', bookingId, listingId, detail }];
}

/** Two sessions with the same evidence bundle bill the same energy twice, or are a mistake. */
function repeatedEvidence(bookings: readonly BookingAccount[]): Finding[] {
  const first = new Map<Hex, Hex>();
  return bookings.flatMap(({ bookingId, reading }) => {
    if (reading === undefined) return [];
    if (reading.evidenceHash === zeroHash) {
      return [{ code: 'evidence.missing', bookingId, detail: 'the reading names no evidence' }];
    }
    const earlier = first.get(reading.evidenceHash);
    first.set(reading.evidenceHash, earlier ?? bookingId);
    if (earlier === undefined) return [];
    return [{ code: 'evidence.repeated', bookingId, detail: `same evidence hash as booking ${earlier}` }];
  });
}

/** One connector charges one car at a time. */
function overlappingSessions(bookings: readonly BookingAccount[]): Finding[] {
  const sessions = bookings
    .flatMap(({ booking, reading }) => (reading ? [{ ...reading, listingId: booking.listingId }] : []))
    .filter(({ energyWh }) => energyWh > 0)
    .sort((a, b) => a.beganAt - b.beganAt);
  const last = new Map<Hex, (typeof sessions)[number]>();
  return sessions.flatMap((session) => {
    const before = last.get(session.listingId);
    if (before === undefined || session.endedAt > before.endedAt) last.set(session.listingId, session);
    if (before === undefined || before.endedAt <= session.beganAt) return [];
    const detail = `began at ${session.beganAt}, before booking ${before.bookingId} ended at ${before.endedAt}`;
    return [{ code: 'sessions.overlap', bookingId: session.bookingId, detail }];
  });
}

/** Both signed it, so it is paid; but power or time contradict the listing. */
function oddReading(account: BookingAccount, market: MarketConstants): Finding[] {
  const { bookingId, booking, reading } = account;
  if (reading === undefined) return [];
  const findings: Finding[] = [];
  const { opens, closes } = timesOf(account, market);
  if (reading.beganAt < opens || reading.endedAt > closes) {
    const detail = `${reading.beganAt} to ${reading.endedAt}, booked ${opens} to ${closes}`;
    findings.push({ code: 'reading.outsideWindow', bookingId, detail });
  }
  const { maxPowerW } = readMetering(booking.terms.metering);
  const limitWh = powerLimitWh(account, BigInt(Math.max(reading.endedAt - reading.beganAt, 0)));
  if (BigInt(reading.energyWh) > limitWh) {
    const detail = `${reading.energyWh} Wh, ${limitWh} Wh at ${maxPowerW} W`;
    findings.push({ code: 'reading.powerExceeded', bookingId, detail });
  }
  return findings;
}

function overdue(account: BookingAccount, market: MarketConstants, nowSec: number): Finding[] {
  if (account.end !== undefined) return [];
  const { bookingId, state } = account;
  const isClaimed = !UNCLAIMED.includes(stateName(state));
  const until = isClaimed ? windowEnd(account, market) : timesOf(account, market).reportBy;
  if (nowSec < until) return [];
  const call = isClaimed ? 'finalise' : 'expire';
  const detail = `since ${until}: anyone may call ${call}`;
  return [{ code: 'booking.overdue', bookingId, isInformation: true, detail }];
}

/** A host who cancels because of an overstay names the booking; the ledger does not check it. */
function doubtfulOverstay(
  { bookingId, booking, overstayedBy }: BookingAccount,
  book: AccountBook,
): Finding[] {
  if (overstayedBy === undefined) return [];
  const cause = book.bookings.get(overstayedBy);
  const isShown = cause?.booking.listingId === booking.listingId && (cause.reading?.overstaySec ?? 0) > 0;
  if (isShown) return [];
  return [{ code: 'cancel.overstayNotShown', bookingId, detail: `names ${overstayedBy}` }];
}
