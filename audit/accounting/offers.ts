import { isAddressEqual, zeroAddress } from 'viem';
import { isOfferable } from '../rules/cost.ts';
import type { EventOf } from '../rules/events.ts';
import { isNeverOpen, isOpenAt } from '../rules/hours.ts';
import { readTariff, type TermsStruct } from '../rules/listing-terms.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { type AccountBook, type BookingAccount, disagree, type ListingAccount } from './account-book.ts';
import { slotsOf } from './calendar.ts';
import { checkSigned } from './readings.ts';

const OFFER_MAX_SEC = 120n;

/** The listing's terms with the offered tariff. */
export const offeredTerms = (listing: ListingAccount, offer: EventOf<'OfferTaken'>): TermsStruct => ({
  ...listing.listing.terms,
  tariff: offer.args.tariff,
});

/** Rule 27: each thing that an offer must keep to, and the agent's signature. */
export function checkOffer(
  book: AccountBook,
  market: MarketConstants,
  listing: ListingAccount,
  account: BookingAccount,
  event: EventOf<'OfferTaken'>,
): void {
  const { tariff, offer } = event.args;
  const { bookingId, booking, booked } = account;
  const subject = { bookingId, tx: event.tx };
  for (const [rule, isKept] of offerRules(listing, account, event)) {
    if (!isKept) disagree(book, 'offer.rule', subject, rule, 'not kept');
  }
  const message = {
    listingId: listing.listingId,
    version: listing.version,
    tariff,
    firstSlot: booking.firstSlot,
    slotCount: booking.slotCount,
    driver: offer.driver,
    validUntil: offer.validUntil,
  };
  if (booked.at >= offer.validUntil) disagree(book, 'offer.expired', subject, offer.validUntil, booked.at);
  const { agentKey: key } = booking.terms;
  const about = { code: 'offer.signature', subject, key, signature: offer.agentSignature };
  checkSigned(book, market, about, 'Offer', message);
}

function offerRules(
  { listing }: ListingAccount,
  { booking, booked }: BookingAccount,
  { args: { offer } }: EventOf<'OfferTaken'>,
): [string, boolean][] {
  const listed = readTariff(listing.terms.tariff);
  const tariff = readTariff(booking.terms.tariff);
  const prices = ['pricePerKwh', 'pricePerHour', 'flatFee'] as const;
  const fixed = ['overstayPerHour', 'overstayReserve', 'discountBp'] as const;
  const isForAnyone = isAddressEqual(offer.driver, zeroAddress);
  return [
    ['the listing’s own tariff beside the offered one', offer.listedTariff === listing.terms.tariff],
    ...prices.map((price): [string, boolean] => [
      `${price} within the discount`,
      isOfferable(tariff[price], listed[price], listed),
    ]),
    ...fixed.map((part): [string, boolean] => [`the listed ${part}`, tariff[part] === listed[part]]),
    ['valid for two minutes at most', offer.validUntil <= BigInt(booked.at) + OFFER_MAX_SEC],
    ['for this driver or anyone', isForAnyone || isAddressEqual(offer.driver, booking.driver)],
  ];
}

/** Weekly hours hold for every booking, but an offer of a listing without open hours stands for them. */
export function isWithinListedHours(
  { listing }: ListingAccount,
  { booking }: BookingAccount,
  isOffered: boolean,
): boolean {
  if (isOffered && isNeverOpen(listing.weeklyHours)) return true;
  return slotsOf(booking).every((slot) => isOpenAt(listing.weeklyHours, slot));
}
