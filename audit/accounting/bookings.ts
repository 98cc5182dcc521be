import { type Hex, isAddressEqual, zeroAddress } from 'viem';
import { type Booking, bookingIdOf, readBooking } from '../rules/booking.ts';
import { earliestSlot, latestEndSlot } from '../rules/booking-times.ts';
import { bondOf, leastCapOf } from '../rules/cost.ts';
import type { EventOf } from '../rules/events.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import { readTerms, type TermsStruct, termsHash } from '../rules/listing-terms.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { reservedState } from '../rules/state.ts';
import {
  type AccountBook,
  type BookingAccount,
  disagree,
  expectSame,
  type ListingAccount,
  purseAccount,
  spreadTaint,
} from './account-book.ts';
import { takeSlots } from './calendar.ts';
import { purseTaint } from './causes.ts';
import { checkNotPaused } from './guardian.ts';
import type { LeadingEvents } from './leading-events.ts';
import { checkOffer, isWithinListedHours, offeredTerms } from './offers.ts';

/**
 * A booking takes cap, bond and relay fee from the purse's free money.
 *
 * @param offer The event that follows when the booking was made by an offer.
 */
export function applyBooked(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Booked'>,
  { RelayFeePaid: relayed }: LeadingEvents,
  offer: EventOf<'OfferTaken'> | undefined,
): void {
  const { bookingId, listingId } = event.args;
  const listing = book.listings.get(listingId);
  const terms = listing && termsOf(listing, event, offer);
  if (listing === undefined || terms === undefined) {
    const found = `${event.args.termsHash} of listing ${listingId}`;
    disagree(book, 'booking.unknownTerms', { bookingId, tx: event.tx }, 'terms published before', found);
    return;
  }
  const account = openAccount(market, event, terms);
  if (!isFirstAndOnly(book, account)) return;
  checkIdentity(book, market, event);
  checkNotPaused(book, { bookingId, tx: event.tx }, event.at);
  checkTermsInForce(book, listing, event, terms, offer !== undefined);
  checkOutsideTerms(book, listing, account, offer !== undefined);
  if (offer !== undefined) checkOffer(book, market, listing, account, offer);
  takeSlots(book, listing, account);
  lock(book, account, relayed);
}

/** The terms behind the event's hash: published ones, or the current ones with the offered tariff. */
function termsOf(
  listing: ListingAccount,
  event: EventOf<'Booked'>,
  offer: EventOf<'OfferTaken'> | undefined,
): TermsStruct | undefined {
  if (offer === undefined) return listing.terms.get(event.args.termsHash);
  const terms = offeredTerms(listing, offer);
  return termsHash(terms) === event.args.termsHash ? terms : undefined;
}

function openAccount(market: MarketConstants, event: EventOf<'Booked'>, terms: TermsStruct): BookingAccount {
  const { bookingId } = event.args;
  const booking = readBooking({ ...event.args, terms });
  const { cap, unsignedCost } = booking.money;
  return {
    bookingId,
    booking,
    locked: cap + bondOf(unsignedCost, market.bondMax),
    state: reservedState(event.at),
    booked: event,
    paid: 0n,
    refunded: 0n,
    forfeited: 0n,
    energyWh: 0,
    finals: new Set(),
  };
}

/** A bookingId is booked once, and a purse has one open booking; other bookings are recorded and change no account. */
function isFirstAndOnly(book: AccountBook, { bookingId, booking, booked }: BookingAccount): boolean {
  const subject = { bookingId, account: booking.driver, tx: booked.tx };
  const isAgain = book.bookings.has(bookingId);
  if (isAgain) disagree(book, 'booking.duplicate', subject, 'a bookingId booked once', 'booked again');
  const open = openBefore(book, booking, subject.tx);
  if (open !== undefined) disagree(book, 'booking.purseBusy', subject, 'a purse without open booking', open);
  return !isAgain && open === undefined;
}

/**
 * The open booking of the purse. A booking under the generation after it shows that the ledger ended it: then the event
 * that did is missing here, and the recount goes on behind it.
 */
function openBefore(book: AccountBook, booking: Booking, tx: Hex): Hex | undefined {
  const purse = purseAccount(book, booking.driver, booking.purse);
  const before = purse.open === undefined ? undefined : book.bookings.get(purse.open);
  if (before === undefined || booking.generation !== before.booking.generation + 1n) return purse.open;
  const { bookingId } = before;
  const found = `the next booking of its purse in ${tx}`;
  disagree(book, 'event.missing', { bookingId, tx: before.booked.tx }, 'an event that ends it', found);
  delete purse.open;
  purse.generation = booking.generation;
  return undefined;
}

function checkIdentity(book: AccountBook, market: MarketConstants, { args, tx }: EventOf<'Booked'>): void {
  const subject = { bookingId: args.bookingId, tx };
  const identity = bookingIdOf(market, args, args.termsHash);
  expectSame(book, 'booking.idMismatch', subject, identity, args.bookingId);
}

/** The ledger accepts bookings only of an open listing, under its current terms. */
function checkTermsInForce(
  book: AccountBook,
  listing: ListingAccount,
  event: EventOf<'Booked'>,
  terms: TermsStruct,
  isOffered: boolean,
): void {
  const subject = { bookingId: event.args.bookingId, listingId: listing.listingId, tx: event.tx };
  if (!isOffered) {
    expectSame(book, 'booking.termsNotInForce', subject, listing.termsHash, event.args.termsHash);
  }
  if (listing.status !== LISTING_STATUS.OPEN) {
    disagree(book, 'booking.listingNotOpen', subject, LISTING_STATUS.OPEN, listing.status);
  }
  const current = listing.listing.terms;
  if (!isAddressEqual(current.host, terms.host)) {
    disagree(book, 'booking.host', subject, current.host, terms.host);
  }
}

/** The rules that the terms set for a booking, and whether it keeps each. */
function termRules(
  listing: ListingAccount,
  account: BookingAccount,
  isOffered: boolean,
): [string, boolean][] {
  const { booking, booked } = account;
  const { bookingTerms: terms, metering } = readTerms(booking.terms);
  const { money, firstSlot, slotCount } = booking;
  const { cap, unsignedCost, allowedCost } = money;
  return [
    ['minSlots ≤ slots ≤ maxSlots', slotCount >= terms.minSlots && slotCount <= terms.maxSlots],
    ['the least cap: per slot, and five no-show fees', cap >= leastCapOf(terms, slotCount)],
    ['unsignedCost ≥ what the host asks', unsignedCost >= metering.unsignedCost],
    ['allowedCost ≥ what the host asks', allowedCost >= metering.allowedCost],
    ['lead time', firstSlot >= earliestSlot(booked.at, terms)],
    ['horizon', firstSlot + slotCount <= latestEndSlot(booked.at, terms)],
    ['weekly hours', isWithinListedHours(listing, account, isOffered)],
    ['four distinct keys', hasDistinctKeys(booking)],
    ['the connector of the listing', booking.listingId === listing.listingId],
    ['start hash', BigInt(booking.startHash) !== 0n],
  ];
}

function hasDistinctKeys({ driver, sessionKey, terms }: Booking): boolean {
  const keys = [driver, sessionKey, terms.host, terms.agentKey, zeroAddress].map((key) => key.toLowerCase());
  return new Set(keys).size === keys.length;
}

function checkOutsideTerms(
  book: AccountBook,
  listing: ListingAccount,
  account: BookingAccount,
  isOffered: boolean,
): void {
  const subject = { bookingId: account.bookingId, tx: account.booked.tx };
  for (const [rule, isKept] of termRules(listing, account, isOffered)) {
    if (!isKept) disagree(book, 'booking.outsideTerms', subject, rule, 'not kept');
  }
}

function lock(book: AccountBook, account: BookingAccount, relayed: LeadingEvents['RelayFeePaid']): void {
  const { bookingId, booking, locked, booked } = account;
  const subject = { bookingId, account: booking.driver, tx: booked.tx };
  const purse = purseAccount(book, booking.driver, booking.purse);
  const rests = [purseTaint(booking.driver, booking.purse)];
  expectSame(book, 'booking.generation', subject, purse.generation, booking.generation, rests);
  const needed = locked + booking.money.relayFee;
  if (purse.balance < needed) {
    disagree(book, 'purse.overdrawn', subject, `at most ${purse.balance}`, needed, rests);
  }
  purse.balance -= needed;
  purse.open = bookingId;
  book.bookings.set(bookingId, account);
  spreadTaint(book, bookingId);
  payRelayer(book, account, relayed);
}

function payRelayer(
  book: AccountBook,
  { bookingId, booking, booked }: BookingAccount,
  relayed: LeadingEvents['RelayFeePaid'],
): void {
  const paid = relayed?.args.amount ?? 0n;
  expectSame(book, 'relayFee.mismatch', { bookingId, tx: booked.tx }, booking.money.relayFee, paid);
  if (relayed !== undefined) purseAccount(book, relayed.args.relayer, 0).balance += paid;
}
