import type { ChargerSummary } from '../../../protocol/api.ts';
import type { ConnectorStandard } from '../../../protocol/listing.ts';
import type { QuoteJson } from '../../../protocol/map-api.ts';
import { chargingSecOf, MOST_NEED_WH, type Need, needWhAt, powerFor } from '../app/need.ts';
import { statusTone } from './chargerTone.ts';
import { metresBetween, type Position } from './geo.ts';
import { summaryCost } from './summaryCost.ts';

/** What the reader asks of a charger; what is left out does not matter. */
export interface Filters {
  connector?: ConnectorStandard;
  minPowerW?: number;
  /** Token units. */
  maxPricePerKwh?: number;
  isMeterSigned?: boolean;
  /** Now, or at a time (unix seconds). */
  free?: 'now' | number;
}

export type Sort = 'cost' | 'distance' | 'finish';

/** An entry of the list. */
export interface Row {
  charger: ChargerSummary;
  /** When it could be, and what can be proved; undefined while unknown, or where there is no booking for the need. */
  quote: QuoteJson | undefined;
  /** Token units, for the whole need. */
  cost: bigint;
  energyWh: number;
  chargingSec: number;
  /** Metres from the reader, or from where they look. */
  distanceM: number | undefined;
}

/** Power of a car that says nothing about itself, to ask how long a charger must be free. */
const USUAL_POWER_W = 11_000;

const text = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(Math.floor(value));

/** Without the members that are undefined. */
const defined = <T extends object>(all: T) =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: NonNullable<T[Name]>;
  };

export const isFiltered = (filters: Filters): boolean => Object.values(defined(filters)).length > 0;

/** The filters of both lists. */
const sharedQuery = ({ connector, minPowerW, maxPricePerKwh, isMeterSigned }: Filters) => ({
  connector: connector as string | undefined,
  minPowerW: text(minPowerW),
  maxPricePerKwh: text(maxPricePerKwh),
  assurance: isMeterSigned ? ('meter-signed' as const) : undefined,
});

/** The filters as `GET /chargers` takes them. At a time, a charger must be free for as long as the need takes. */
export function listFilters(filters: Filters, need: Need) {
  const { free } = filters;
  const isAt = typeof free === 'number';
  return defined({
    ...sharedQuery(filters),
    free: free === 'now' ? ('now' as const) : undefined,
    freeFrom: text(isAt ? free : undefined),
    freeUntil: text(isAt ? free + chargingSecOf(need, need.car?.maxAcPowerW ?? USUAL_POWER_W) : undefined),
  });
}

/** Need and filters as `GET /quotes` takes them. */
export function quoteFilters(filters: Filters, need: Need, sort: Sort) {
  const { free } = filters;
  const { energyWh, hours, byAt, car } = need;
  const most = car?.batteryWh ?? MOST_NEED_WH;
  return {
    energyWh: String(hours === undefined ? Math.min(energyWh, most) : most),
    sort,
    ...defined({
      ...sharedQuery(filters),
      powerW: text(car?.maxAcPowerW),
      durationSec: text(hours === undefined ? undefined : hours * 3_600),
      by: text(byAt),
      free: free === 'now' ? ('now' as const) : undefined,
      from: text(typeof free === 'number' ? free : undefined),
    }),
  };
}

/** Whether a charger fits, as far as its summary tells; a change that comes while the list is shown is held against it. */
export const fits = (charger: ChargerSummary, filters: Filters): boolean =>
  (filters.connector === undefined || charger.connectorStandard === filters.connector) &&
  charger.maxPowerW >= (filters.minPowerW ?? 0) &&
  BigInt(charger.pricePerKwh) <= BigInt(filters.maxPricePerKwh ?? Number.MAX_SAFE_INTEGER) &&
  (filters.free !== 'now' || statusTone(charger) === 'free');

export const positionOf = ({ latitude, longitude }: ChargerSummary): Position => ({
  latitude: Number(latitude),
  longitude: Number(longitude),
});

/** Entries of chargers and quotes, each charger once; the summary of the list is the newer one. */
export function rowsOf(
  chargers: readonly ChargerSummary[],
  quotes: ReadonlyMap<string, QuoteJson>,
  need: Need,
  origin: Position | undefined,
): Row[] {
  const byId = new Map([...quotes.values()].map(({ charger }) => [charger.listingId, charger]));
  for (const charger of chargers) byId.set(charger.listingId, charger);
  return [...byId.values()].map((charger) => {
    const powerW = powerFor(need, charger);
    const energyWh = needWhAt(need, powerW);
    const chargingSec = chargingSecOf(need, powerW);
    return {
      ...{ charger, quote: quotes.get(charger.listingId), energyWh, chargingSec },
      cost: summaryCost(charger, energyWh, chargingSec),
      distanceM: origin && metresBetween(origin, positionOf(charger)),
    };
  });
}

type Compare = (a: Row, b: Row) => number;

const LAST = Number.POSITIVE_INFINITY;
const by =
  (value: (row: Row) => number): Compare =>
  (a, b) => {
    const [x, y] = [value(a), value(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  };

const byCost: Compare = (a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0);
const byDistance = by(({ distanceM }) => distanceM ?? LAST);
const byFinish = by(({ quote }) => quote?.finishesAt ?? LAST);
const byId: Compare = (a, b) => (a.charger.listingId < b.charger.listingId ? -1 : 1);
/** What does not answer, or can never take the need, stands behind what can be booked. */
const byUse = by(
  ({ charger, quote }) => (statusTone(charger) === 'off' ? 2 : 0) + (quote === undefined ? 1 : 0),
);

const ORDERS: Readonly<Record<Sort, readonly Compare[]>> = {
  cost: [byUse, byCost, byFinish, byDistance, byId],
  distance: [byUse, byDistance, byCost, byId],
  finish: [byUse, byFinish, byCost, byDistance, byId],
};

/** In the order that the reader chose. */
export const ordered = (rows: readonly Row[], sort: Sort): Row[] =>
  rows.toSorted((a, b) => ORDERS[sort].map((compare) => compare(a, b)).find((n) => n !== 0) ?? 0);
