import { hoursOracle } from '../../vectors/oracle.ts';
import type * as calls from '../calls.ts';
import { termsOf } from '../chargers.ts';
import { type Emitted, type Forecast, forecastOf, isAuthorizedBy, type Rule } from '../forecast.ts';
import { listingAt, lockedOf, type Made, purseOf, reservedAt, slotsOf, type World } from '../world.ts';
import { isPresent } from './listing-rules.ts';
import { credit, payRelay, poor } from './money-rules.ts';
import { isOffered } from './offer-rules.ts';

const INTENT_MAX_SEC = 600;
const SLOT_SEC = 900;

export function bookAsDriver(world: World, call: calls.BookAsDriver): Forecast {
  const rules: Rule[] = [
    ['Account_InvalidSignature', call.sender !== call.made.driver],
    ...bookable(world, call),
    ...inHours(call),
  ];
  return forecastOf('FREE: book by the driver', rules, () => reserve(world, call));
}

/** Only a key's signature; with `bookByWallet` a driver may also call himself. */
export function book(world: World, call: calls.Book): Forecast {
  const { driver } = call.made;
  const agreed =
    call.kind === 'book' ? call.signer === driver : isAuthorizedBy([driver], call.sender, call.signer);
  const rules: Rule[] = [
    ...relayed(world, call),
    ['Account_InvalidSignature', !agreed],
    ...bookable(world, call),
    ...inHours(call),
  ];
  const row = call.kind === 'book' ? 'FREE: book by an intent' : 'FREE: book by a wallet';
  return forecastOf(row, rules, () => reserve(world, call));
}

/** The driver calls, or signed an intent. A listing without any hours is booked by offers only. */
export function bookOffer(world: World, call: calls.BookOffer): Forecast {
  const { made, listed, sender, signer } = call;
  const isOwnCall = sender === made.driver && signer === null;
  const { hours } = termsOf(made.charger, listed.variant, listed.host);
  const rules: Rule[] = [
    ...(isOwnCall ? [] : relayed(world, call)),
    ['Account_InvalidSignature', !isOwnCall && !isAuthorizedBy([made.driver], sender, signer)],
    ...isOffered(world, call),
    ...bookable(world, call),
    ...(hours.mask === 0n ? [] : inHours(call)),
  ];
  return forecastOf('FREE: book an offer', rules, () => [
    ...reserve(world, call),
    { name: 'OfferTaken', args: {} },
  ]);
}

/** The authorisation's money comes first, so that it counts for the booking. */
export function fundAndBook(world: World, call: calls.FundAndBook): Forecast {
  const { made, amount } = call;
  const rules: Rule[] = [
    ['Account_NotDriver', call.from !== made.driver],
    ...relayed(world, call),
    ...poor(world, call.from, amount),
    ['Account_ZeroAmount', amount === 0n],
    ['ERC3009InvalidSignature', call.signer !== call.from],
    ...bookable(world, call, amount),
    ...inHours(call),
  ];
  const into = { account: made.driver, index: made.booking.purse, amount };
  return forecastOf('FREE: fund and book', rules, () => [
    ...credit(world, call.from, into),
    ...reserve(world, call),
  ]);
}

const relayed = (world: World, { limits, sender }: { limits: calls.Limits; sender: string }): Rule[] => [
  ['Account_SignatureExpired', world.nowSec >= limits.validUntil],
  ['Booking_IntentTooLong', limits.validUntil > world.nowSec + INTENT_MAX_SEC],
  ['Booking_WrongRelayer', limits.relayer !== null && limits.relayer !== sender],
];

type NewBooking = calls.BookAsDriver | calls.Book | calls.BookOffer | calls.FundAndBook;

function bookable(world: World, { made, listed }: NewBooking, funded = 0n): Rule[] {
  const listing = listingAt(world, made.charger);
  const purse = purseOf(world, made.driver, made.booking.purse);
  const needed = lockedOf(made) + made.booking.money.relayFee;
  return [
    ['Booking_Paused', world.nowSec < world.pausedUntil],
    ['Listing_NotOpen', listing.status !== 'OPEN'],
    ['Listing_TermsMismatch', !isPresent(listing, listed)],
    ['Booking_KeysNotDistinct', !areDistinct([made.driver, made.session, made.host, made.agent])],
    ['Booking_StartHashMissing', BigInt(made.booking.startHash) === 0n],
    ...trusted(made),
    ...timely(world, made),
    ['Booking_PurseBusy', purse.open !== null],
    ['Booking_WrongGeneration', purse.open === null && purse.generation !== made.booking.generation],
    ['Account_InsufficientBalance', purse.free + funded < needed],
  ];
}

const areDistinct = (names: string[]): boolean => new Set(names).size === names.length;

/** Rule 6: five times the fee of a no-show at least. The driver decides how much more trust to give than is asked. */
function trusted({ booking, terms }: Made): Rule[] {
  const { cap, unsignedCost, allowedCost } = booking.money;
  const { minCapPerSlot, noshowFee } = terms.bookingTerms;
  const slots = BigInt(booking.slotCount);
  return [
    ['Booking_CapTooLow', cap < minCapPerSlot * slots || cap < 5n * noshowFee * slots || cap === 0n],
    ['Booking_TrustTooLow', unsignedCost < terms.metering.unsignedCost],
    ['Booking_TrustTooLow', allowedCost < terms.metering.allowedCost],
  ];
}

function timely(world: World, made: Made): Rule[] {
  const { firstSlot, slotCount } = made.booking;
  const { minSlots, maxSlots, horizonSlots, leadTimeMin } = made.terms.bookingTerms;
  const taken = slotsOf(world, made.charger);
  // Without a lead time the current slot can be booked; with one, what begins no sooner than it.
  const soonest = leadTimeMin === 0n ? world.nowSec - SLOT_SEC + 1 : world.nowSec + Number(leadTimeMin) * 60;
  const endOfHorizon = Math.floor(world.nowSec / SLOT_SEC) + Number(horizonSlots);
  return [
    ['Booking_DurationOutOfRange', slotCount < minSlots || slotCount > maxSlots],
    ['Booking_TooSoon', firstSlot * SLOT_SEC < soonest],
    ['Booking_TooFar', firstSlot + slotCount > endOfHorizon],
    ['Booking_SlotTaken', slotsIn(made).some((slot) => taken.has(slot))],
  ];
}

function inHours({ made, listed }: NewBooking): Rule[] {
  const { hours } = termsOf(made.charger, listed.variant, listed.host);
  const openHours = [...Array(168).keys()].filter((hour) => (hours.mask >> BigInt(hour)) & 1n);
  const isOpen = (slot: number): boolean => hoursOracle({ ...hours, openHours, slot });
  return [['Booking_OutsideHours', !slotsIn(made).every(isOpen)]];
}

export const slotsIn = ({ booking }: Made): number[] =>
  Array.from({ length: booking.slotCount }, (_, index) => booking.firstSlot + index);

/** Locks cap and bond, pays the relayer, takes the slots. */
function reserve(world: World, { made, sender }: NewBooking): Emitted[] {
  const purse = purseOf(world, made.driver, made.booking.purse);
  const { relayFee } = made.booking.money;
  purse.free -= lockedOf(made) + relayFee;
  purse.open = { made, standing: reservedAt(world.nowSec) };
  world.bookings.push(made);
  const taken = slotsOf(world, made.charger);
  for (const slot of slotsIn(made)) taken.add(slot);
  return [{ name: 'Booked', args: {} }, ...payRelay(world, sender, relayFee)];
}
