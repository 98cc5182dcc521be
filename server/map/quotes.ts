import { setImmediate } from 'node:timers/promises';
import type { Hex } from 'viem';
import type { SlotRange } from '../../protocol/api.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { takenRanges } from '../booking/calendar.ts';
import type { Db } from '../db.ts';
import { type Bookable, freeSlots, openBookable, withoutTaken } from './free-slots.ts';
import { chargingSec, costOfNeed, earliestFit, energyAt, type Fit, type Need } from './need.ts';
import { type Area, chargersAround, type NearCharger, wordsOf } from './quote-store.ts';

export type QuoteOrder = 'cost' | 'finish' | 'distance';

export interface QuoteQuery {
  need: Need;
  area: Area;
  sort: QuoteOrder;
  limit: number;
}

/** What a charge costs at a charger, and how soon it could be done if the charger were free. */
interface Priced {
  listingId: Hex;
  cost: bigint;
  energyWh: number;
  timeSec: number;
  finishesAt: number;
  distanceM: number;
  isOffline: boolean;
  /** As of NearCharger. */
  words: string;
}

/** The same with the slots to book. */
export type Quote = Omit<Priced, 'words'> & Fit;

/**
 * How many chargers one request looks at, the nearest first. By finish more calendars have to be read, since no row
 * tells when a charger is free.
 */
const MOST_CHARGERS: Readonly<Record<QuoteOrder, number>> = { cost: 1_000, distance: 1_000, finish: 500 };

/** Calendars are read for the best chargers first, for more of them at a time when these are not free. */
const FIRST_BATCH = 64;
const LARGEST_BATCH = 256;

/** The best quotes for a need, in the order asked for; and how far was looked. */
export async function findQuotes(
  db: Db,
  { need, area, sort, limit }: QuoteQuery,
  nowSec: number,
): Promise<{ best: Quote[]; searchedRadiusM: number }> {
  const { near, searchedRadiusM } = await chargersAround(db, area, MOST_CHARGERS[sort]);
  const compare = comparing(sort);
  const priced = near
    .map((charger) => pricedOf(charger, need, nowSec))
    .filter(({ finishesAt }) => finishesAt <= deadline(need))
    .sort(compare);
  const fits = fitting(need, nowSec);
  let best: Quote[] = [];
  let batch = Math.min(FIRST_BATCH, 2 * limit);
  for (let read = 0; read < priced.length; batch = Math.min(2 * batch, LARGEST_BATCH)) {
    const quotes = await quotesOf(db, priced.slice(read, read + batch), fits, nowSec);
    best = [...best, ...quotes].sort(compare).slice(0, limit);
    read += batch;
    const [last, next] = [best[limit - 1], priced[read]];
    // No charger behind can come before the last quote: until its calendar is read, its finish is the soonest possible.
    if (last !== undefined && next !== undefined && compare(last, next) < 0) break;
    // Other requests are answered between two batches.
    await setImmediate();
  }
  return { best, searchedRadiusM };
}

const earliestStart = ({ from }: Need, nowSec: number): number => Math.max(nowSec, from ?? 0);

const deadline = ({ by }: Need): number => by ?? Number.POSITIVE_INFINITY;

function pricedOf(charger: NearCharger, need: Need, nowSec: number): Priced {
  const { listingId, distanceM, isOffline, maxPowerW, words } = charger;
  const timeSec = chargingSec(need, maxPowerW);
  const energyWh = energyAt(need, maxPowerW);
  return {
    ...{ listingId, distanceM, energyWh, timeSec, isOffline, words },
    cost: costOfNeed(charger, { energyWh }, timeSec),
    finishesAt: earliestStart(need, nowSec) + timeSec,
  };
}

/** The earliest booking in time at a charger with these taken slots; undefined where there is none. */
type Fits = (charger: Priced, taken: readonly SlotRange[]) => Fit | undefined;

/** Most hosts leave hours and terms as they are preset: what these allow is computed once for all chargers of a request. */
function fitting(need: Need, nowSec: number): Fits {
  const known = new Map<string, { bookable: Bookable; untaken: SlotRange[] }>();
  // A charge that is done in time ends by then, or with the shortest booking.
  const lastSlot = Math.ceil(deadline(need) / SLOT_SEC);
  const read = (words: string) => {
    const before = known.get(words);
    if (before !== undefined) return before;
    const bookable = openBookable(wordsOf(words));
    const beforeSlot = lastSlot + Number(bookable.terms.minSlots);
    const entry = { bookable, untaken: freeSlots(bookable, [], nowSec, beforeSlot) };
    known.set(words, entry);
    return entry;
  };
  return (charger, taken) => {
    const { bookable, untaken } = read(charger.words);
    const free = withoutTaken(untaken, taken, bookable.terms);
    const earliest = earliestFit(free, bookable.terms, charger.timeSec, earliestStart(need, nowSec));
    return earliest !== undefined && earliest.finishesAt <= deadline(need) ? earliest : undefined;
  };
}

/** Quotes of those chargers that a booking made now can have in time. One query. */
async function quotesOf(db: Db, priced: readonly Priced[], fits: Fits, nowSec: number): Promise<Quote[]> {
  // What does not fit into the hours alone needs no look at the calendar.
  const open = priced.filter((charger) => fits(charger, []) !== undefined);
  const openIds = open.map(({ listingId }) => listingId);
  const taken = await takenRanges(db, openIds, Math.floor(nowSec / SLOT_SEC));
  return open.flatMap((charger) => {
    const fit = fits(charger, taken.get(charger.listingId) ?? []);
    return fit === undefined ? [] : [{ ...charger, ...fit }];
  });
}

type Ranked = Omit<Priced, 'words'>;
type Compare = (a: Ranked, b: Ranked) => number;

const byCost: Compare = (a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0);
const byFinish: Compare = (a, b) => a.finishesAt - b.finishesAt;
const byDistance: Compare = (a, b) => a.distanceM - b.distanceM;
/** Behind equal ones: an agent that is away may not give power. */
const offlineLast: Compare = (a, b) => Number(a.isOffline) - Number(b.isOffline);
const byId: Compare = (a, b) => (a.listingId < b.listingId ? -1 : 1);

const ORDERS: Readonly<Record<QuoteOrder, readonly Compare[]>> = {
  cost: [byCost, offlineLast, byDistance, byId],
  finish: [byFinish, offlineLast, byCost, byDistance, byId],
  distance: [byDistance, offlineLast, byCost, byId],
};

/** Compares by the first of an order's keys in which two chargers differ. */
const comparing = (order: QuoteOrder): Compare => {
  const keys = ORDERS[order];
  return (a, b) => {
    for (const key of keys) {
      const difference = key(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
};
