import type { Tariff } from '../../../protocol/terms.ts';
import type * as calls from '../calls.ts';
import { termsOf } from '../chargers.ts';
import type { Rule } from '../forecast.ts';
import { listingAt, type World } from '../world.ts';

const OFFER_MAX_SEC = 120;
const PRICES = ['pricePerKwh', 'pricePerHour', 'flatFee'] as const;
const FIXED = ['overstayPerHour', 'overstayReserve', 'discountBp'] as const;

/** Rule 27: signed by the agent for this need and version, valid two minutes, prices alone lower, within the discount. */
export function isOffered(world: World, { made, listed, offer }: calls.BookOffer): Rule[] {
  const { tariff: asListed } = termsOf(made.charger, listed.variant, listed.host).terms;
  const { tariff } = made.terms;
  const signed =
    offer.signer === made.agent &&
    offer.version === listingAt(world, made.charger).version &&
    offer.firstSlot === made.booking.firstSlot;
  return [
    ['Account_SignatureExpired', world.nowSec >= offer.validUntil],
    ['Offer_TooLong', offer.validUntil > world.nowSec + OFFER_MAX_SEC],
    ['Offer_ForAnotherDriver', offer.driver !== null && offer.driver !== made.driver],
    ['Offer_SignatureInvalid', !signed],
    ['Offer_OverstayDiffers', FIXED.some((part) => tariff[part] !== asListed[part])],
    ['Offer_PriceOutOfRange', !PRICES.every((price) => isWithinDiscount(price, tariff, asListed))],
  ];
}

/** In hundredths of a percent of the listed price, so that no price is rounded here. */
function isWithinDiscount(price: (typeof PRICES)[number], offered: Tariff, listed: Tariff): boolean {
  const floor = listed[price] * (10_000n - listed.discountBp);
  return offered[price] <= listed[price] && offered[price] * 10_000n >= floor;
}
