import { type Address, zeroAddress } from 'viem';
import type { Booking } from '../../protocol/booking.ts';
import { fromTermsStruct, type Tariff, toTermsStruct } from '../../protocol/terms.ts';
import type { Fixture } from './fixture.ts';

/** The message of the EIP-712 type `Offer`. */
export interface OfferMessage {
  listingId: string;
  version: number;
  tariff: bigint;
  firstSlot: number;
  slotCount: number;
  driver: Address;
  validUntil: bigint;
}

/** A booking with other prices, and the offer of them to anyone, for the listing's first version. */
export function offered(
  { listingId }: Pick<Fixture, 'listingId'>,
  listed: Booking,
  prices: Partial<Tariff>,
  validUntil: bigint,
  driver: Address = zeroAddress,
): { booking: Booking; offer: OfferMessage } {
  const { tariff, ...terms } = fromTermsStruct(listed.terms);
  const booking = { ...listed, terms: toTermsStruct({ ...terms, tariff: { ...tariff, ...prices } }) };
  const { firstSlot, slotCount } = booking;
  return {
    booking,
    offer: { listingId, version: 1, tariff: booking.terms.tariff, firstSlot, slotCount, driver, validUntil },
  };
}
