import type { ListingAccount } from '../accounting/account-book.ts';
import type { Discrepancy } from '../lib/discrepancy.ts';
import { earliestSlot, latestEndSlot, SLOT_SEC } from '../rules/booking-times.ts';
import { isOpenAt } from '../rules/hours.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import { readBookingTerms } from '../rules/listing-terms.ts';
import { mismatch } from './differences.ts';
import type { AnyObject } from './source.ts';

/** Unix seconds: what the answer may have taken for now, at the least and at the most. */
export interface Around {
  earliest: number;
  latest: number;
}

/** The server's own clock, and that of the ledger where it is ahead. */
export const aroundOf = (pin: { at: number }, answeredAt: number): Around => ({
  earliest: answeredAt === 0 ? pin.at : answeredAt,
  latest: Math.max(pin.at, answeredAt),
});

/** Holds the slots that a charger's answer calls taken and free against the ledger's calendar. */
export const slotDifferences = (account: ListingAccount, found: AnyObject, around: Around): Discrepancy[] => [
  ...shapeDifferences(account, found),
  ...takenDifferences(account, found, around),
  ...freeDifferences(account, found, around),
];

const numbersIn = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((each): each is number => Number.isSafeInteger(each)) : [];

const areNumbers = (value: unknown): boolean =>
  Array.isArray(value) && numbersIn(value).length === value.length;

const isRange = (value: unknown): boolean =>
  areNumbers(value) && numbersIn(value).length === 2 && numbersIn(value)[1]! > 0;

/** What is no slot and no range would be left out below. */
function shapeDifferences(
  { listingId }: ListingAccount,
  { takenSlots, freeSlots }: AnyObject,
): Discrepancy[] {
  const areRanges = Array.isArray(freeSlots) && freeSlots.every(isRange);
  return [
    ...(areNumbers(takenSlots)
      ? []
      : [mismatch({ listingId }, 'takenSlots as a list of slots', JSON.stringify(takenSlots) ?? 'nothing')]),
    ...(areRanges
      ? []
      : [mismatch({ listingId }, 'freeSlots as a list of ranges', JSON.stringify(freeSlots) ?? 'nothing')]),
  ];
}

function takenDifferences(
  { listingId, slots }: ListingAccount,
  found: AnyObject,
  { latest }: Around,
): Discrepancy[] {
  const shown = new Set(numbersIn(found.takenSlots));
  const from = Math.floor(latest / SLOT_SEC) + 1;
  const tooMany = [...shown].filter((slot) => !slots.has(slot));
  const tooFew = [...slots.keys()].filter((slot) => slot >= from && !shown.has(slot));
  return [
    ...named(tooMany, (slot) => mismatch({ listingId }, `takenSlots without slot ${slot}`, 'taken')),
    ...named(tooFew, (slot) => mismatch({ listingId }, `takenSlots with slot ${slot}`, 'not taken')),
  ];
}

/** One line says it for all of a charger. */
const named = (slots: readonly number[], say: (slot: number) => Discrepancy): Discrepancy[] =>
  slots.slice(0, 1).map(say);

/** Slots from the lead time to the horizon, whatever the answer took for now, by whether each is open and not taken. */
function bookableWindow({ listing, slots, status }: ListingAccount, { earliest, latest }: Around) {
  const terms = readBookingTerms(listing.terms.bookingTerms);
  const from = earliestSlot(latest, terms) + 1;
  const until = latestEndSlot(earliest, terms) - 1;
  const isFree = (slot: number) =>
    status === LISTING_STATUS.OPEN && !slots.has(slot) && isOpenAt(listing.weeklyHours, slot);
  // No other slot can be booked, whatever the answer took for now.
  const [first, end] = [earliestSlot(earliest, terms) - 1, latestEndSlot(latest, terms) + 1];
  const isPossible = (slot: number) => slot >= first && slot < end;
  return { from, until, isFree, isPossible, minSlots: Number(terms.minSlots) };
}

function freeDifferences(account: ListingAccount, found: AnyObject, around: Around): Discrepancy[] {
  const { listingId } = account;
  const { from, until, isFree, isPossible, minSlots } = bookableWindow(account, around);
  const shown = shownFree(found.freeSlots);
  const tooMany = [...shown].filter((slot) => !isPossible(slot) || !isFree(slot));
  const tooFew: number[] = [];
  let run: number[] = [];
  for (let slot = from; slot <= until; slot += 1) {
    if (slot < until && isFree(slot)) {
      run.push(slot);
      continue;
    }
    // A shorter run may be longer beyond the window.
    if (run.length >= minSlots) tooFew.push(...run.filter((each) => !shown.has(each)));
    run = [];
  }
  return [
    ...named(tooMany, (slot) => mismatch({ listingId }, `freeSlots without slot ${slot}`, 'free')),
    ...named(tooFew, (slot) => mismatch({ listingId }, `freeSlots with slot ${slot}`, 'not free')),
  ];
}

/** No range is longer than all that a calendar holds. */
const MOST_SLOTS = 4_096;

function shownFree(ranges: unknown): Set<number> {
  const slots = new Set<number>();
  for (const range of Array.isArray(ranges) ? ranges : []) {
    const [first = 0, count = 0] = numbersIn(range);
    for (let at = 0; at < Math.min(count, MOST_SLOTS); at += 1) slots.add(first + at);
  }
  return slots;
}
