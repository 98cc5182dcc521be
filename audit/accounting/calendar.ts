import type { Hex } from 'viem';
import type { Booking } from '../rules/booking.ts';
import { calendarWord, SLOTS_PER_WORD, slotPosition } from '../rules/calendar.ts';
import { type AccountBook, type BookingAccount, disagree, type ListingAccount } from './account-book.ts';
import { bookingTaint } from './causes.ts';

/** Takes the booking's slots and records each one that another booking already holds. */
export function takeSlots(
  book: AccountBook,
  listing: ListingAccount,
  { bookingId, booking, booked }: BookingAccount,
): void {
  for (const slot of slotsOf(booking)) {
    const holder = listing.slots.get(slot);
    if (holder !== undefined) {
      const found = `held by ${holder}`;
      disagree(book, 'booking.slotTaken', { bookingId, tx: booked.tx }, `slot ${slot} free`, found, [
        bookingTaint(holder),
      ]);
    }
    listing.slots.set(slot, bookingId);
    const { index, epoch, bit } = slotPosition(slot);
    const word = listing.ring.get(index);
    listing.ring.set(index, { epoch, slots: (word?.epoch === epoch ? word.slots : 0n) | bit });
  }
}

/** Frees the booking's slots from one on; a word that already holds a later epoch is unchanged. */
export function freeSlots(book: AccountBook, { bookingId, booking }: BookingAccount, fromSlot: number): void {
  const listing = book.listings.get(booking.listingId);
  if (listing === undefined) return;
  for (const slot of slotsOf(booking).filter((each) => each >= fromSlot)) {
    if (listing.slots.get(slot) === bookingId) listing.slots.delete(slot);
    const { index, epoch, bit } = slotPosition(slot);
    const word = listing.ring.get(index);
    if (word?.epoch === epoch) listing.ring.set(index, { epoch, slots: word.slots & ~bit });
  }
}

/** Every word that the ledger's calendars should hold. */
export const calendarWords = (book: AccountBook): { listingId: Hex; firstSlot: number; word: bigint }[] =>
  [...book.listings.values()].flatMap(({ listingId, ring }) =>
    [...ring.values()].map(({ epoch, slots }) => ({
      listingId,
      firstSlot: epoch * SLOTS_PER_WORD,
      word: calendarWord(epoch, slots),
    })),
  );

export const slotsOf = ({ firstSlot, slotCount }: Booking): number[] =>
  Array.from({ length: slotCount }, (_, index) => firstSlot + index);
