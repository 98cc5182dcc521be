import { zeroHash } from 'viem';
import { OUTCOME, PHASE, unpackHead } from '../../protocol/booking.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { Reading } from '../../protocol/reading.ts';
import { challengeEnd } from '../../protocol/slots.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import {
  type Book,
  type BookingAccount,
  disagree,
  earningsAccount,
  expectSame,
  type MarketConstants,
  type Outcome,
  purseAccount,
} from './book.ts';
import { freeSlots } from './calendar.ts';
import type { EventOf } from './events.ts';
import { checkReading } from './readings.ts';
import { claimedHead, timesOf, wordHex } from './state.ts';

type EndEvent = EventOf<'Settled'> | EventOf<'Finalised'> | EventOf<'Expired'> | EventOf<'Canceled'>;

/** The late fee is at most this part of the cap. */
const NOSHOW_CAP_DIVISOR = 5n;

/** A final co-signed reading ended the booking. */
export async function applySettled(
  book: Book,
  market: MarketConstants,
  event: EventOf<'Settled'>,
): Promise<void> {
  const account = openBooking(book, event);
  if (account === undefined) return;
  checkReportWindow(book, market, account, event);
  const reading = await checkReading(book, market, account, event);
  if (!reading.isFinal) disagree(book, 'reading.notFinal', subjectOf(event), 'final', 'not final');
  account.reading = reading;
  account.energyWh = reading.energyWh;
  end(book, account, event, costOf(account, reading), 'FULFILLED');
}

/** A co-signed reading was put forward, or replaced an older one. */
export async function applyClaimed(
  book: Book,
  market: MarketConstants,
  event: EventOf<'Claimed'>,
): Promise<void> {
  const account = openBooking(book, event);
  if (account === undefined) return;
  checkReportWindow(book, market, account, event);
  const reading = await checkReading(book, market, account, event);
  const { phase, cosignedSeq } = unpackHead(account.state.head);
  if (phase === PHASE.CLAIMED && reading.seq <= cosignedSeq) {
    disagree(book, 'reading.notNewer', subjectOf(event), `seq above ${cosignedSeq}`, reading.seq);
  }
  const head = claimedHead(account.state.head, reading, costOf(account, reading), event.at);
  expectSame(book, 'claim.state', subjectOf(event), wordHex(head), wordHex(event.args.state.head));
  expectSame(book, 'claim.state', subjectOf(event), wordHex(0n), wordHex(event.args.state.claim));
  account.state = { head, claim: 0n };
  account.reading = reading;
}

/** The challenge window passed: the claim pays. */
export function applyFinalised(book: Book, market: MarketConstants, event: EventOf<'Finalised'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.CLAIMED)) return;
  const { cosignedCost, cosignedEnergyWh, claimedAt } = unpackHead(account.state.head);
  const from = challengeEnd(Number(claimedAt), timesOf(account, market).closes, market.windows);
  checkWindow(book, event, from, Number.POSITIVE_INFINITY);
  const outcome = OUTCOME[event.args.outcome as keyof typeof OUTCOME] ?? event.args.outcome;
  expectSame(book, 'session.outcome', subjectOf(event), 'FULFILLED', outcome);
  account.energyWh = Number(cosignedEnergyWh);
  end(book, account, event, cosignedCost, 'FULFILLED');
}

/** Nobody reported in time: all goes back. */
export function applyExpired(book: Book, market: MarketConstants, event: EventOf<'Expired'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.RESERVED)) return;
  checkWindow(book, event, timesOf(account, market).reportBy, Number.POSITIVE_INFINITY);
  end(book, account, event, 0n, 'FAILED');
}

/** The booking ended without a charge: free, or for the late fee when the driver was late. */
export function applyCanceled(book: Book, market: MarketConstants, event: EventOf<'Canceled'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.RESERVED)) return;
  const { byHost, overstayedBy } = event.args;
  const times = timesOf(account, market);
  checkWindow(book, event, 0, byHost ? times.reportBy : times.opens);
  const { noshowFee } = fromTermsStruct(account.booking.terms).bookingTerms;
  const limit = account.booking.money.cap / NOSHOW_CAP_DIVISOR;
  const fee = byHost || event.at < times.cancelBy ? 0n : noshowFee < limit ? noshowFee : limit;
  if (overstayedBy !== zeroHash) account.overstayedBy = overstayedBy;
  freeSlots(book, account);
  end(book, account, event, fee, 'CANCELED');
}

const subjectOf = ({ args, tx }: EndEvent | EventOf<'Claimed'>) => ({ bookingId: args.bookingId, tx });

/** The open booking of the event; one that is unknown or ended is named, and the event changes no account. */
function openBooking(book: Book, event: EndEvent | EventOf<'Claimed'>): BookingAccount | undefined {
  const account = book.bookings.get(event.args.bookingId);
  if (account === undefined) {
    disagree(book, 'booking.unknown', subjectOf(event), 'a booking made before', event.eventName);
  } else if (account.end !== undefined) {
    const pays = 'paid' in event.args && event.args.paid > 0n;
    const code = pays ? 'session.doublePayment' : 'booking.alreadyEnded';
    const ended = `ended by ${account.end.by} in ${account.end.stamp.tx}`;
    disagree(book, code, subjectOf(event), ended, event.eventName);
    return undefined;
  }
  return account;
}

function requirePhase(book: Book, account: BookingAccount, event: EndEvent, wanted: bigint): boolean {
  const { phase } = unpackHead(account.state.head);
  expectSame(book, 'booking.phase', subjectOf(event), wanted, phase);
  return phase === wanted;
}

function checkWindow(book: Book, event: EndEvent | EventOf<'Claimed'>, from: number, until: number): void {
  if (event.at >= from && event.at < until) return;
  disagree(book, 'booking.window', subjectOf(event), `from ${from} until before ${until}`, event.at);
}

/** Readings count from `opens` to `reportBy`, on a claim until its challenge window ends. */
function checkReportWindow(
  book: Book,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Settled'> | EventOf<'Claimed'>,
): void {
  const { opens, closes, reportBy } = timesOf(account, market);
  const { phase, claimedAt } = unpackHead(account.state.head);
  if (phase === PHASE.CLAIMED) {
    checkWindow(book, event, 0, challengeEnd(Number(claimedAt), closes, market.windows));
  } else {
    checkWindow(book, event, opens, reportBy);
  }
}

/** The cost that the terms give; time that runs backwards (named elsewhere) counts as none. */
function costOf({ booking }: BookingAccount, reading: Reading): bigint {
  const usage = { ...reading, endedAt: Math.max(reading.beganAt, reading.endedAt) };
  return costRoundedDown(fromTermsStruct(booking.terms).tariff, usage, booking.money.cap);
}

/** Books what should have been paid and refunded, and names where the event says otherwise. */
function end(book: Book, account: BookingAccount, event: EndEvent, paid: bigint, outcome: Outcome): void {
  const { booking, locked } = account;
  const subject = subjectOf(event);
  const found = 'paid' in event.args ? event.args.paid : 0n;
  const isCancel = event.eventName === 'Canceled';
  if (found > booking.money.cap) disagree(book, 'session.overCap', subject, booking.money.cap, found);
  expectSame(book, isCancel ? 'cancel.fee' : 'session.cost', subject, paid, found);
  expectSame(book, 'session.refund', subject, locked - paid, event.args.refunded);
  const purse = purseAccount(book, booking.driver, booking.purse);
  purse.balance += locked - paid;
  purse.generation = booking.generation + 1n;
  delete purse.open;
  const isSession = event.eventName === 'Settled' || event.eventName === 'Finalised';
  if (isSession || paid > 0n) {
    const earnings = earningsAccount(book, booking.listingId, booking.terms.host);
    earnings.earned += paid;
    earnings.soldWh += BigInt(account.energyWh);
    earnings.sessions += 1n;
  }
  account.paid = paid;
  account.refunded = locked - paid;
  account.end = { by: event.eventName, outcome, stamp: event };
}
