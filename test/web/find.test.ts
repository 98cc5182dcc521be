import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listQuery, quoteQuery } from '../../protocol/api/queries.ts';
import type { ChargerSummary } from '../../protocol/api.ts';
import type { QuoteJson } from '../../protocol/map-api.ts';
import { costOfNeed, energyAt } from '../../server/map/need.ts';
import type { Need } from '../../server/web/app/need.ts';
import {
  type Filters,
  fits,
  isFiltered,
  listFilters,
  ordered,
  quoteFilters,
  type Row,
  rowsOf,
  type Sort,
} from '../../server/web/map/find.ts';
import { localText, nextAt, unixOf } from '../../server/web/map/localTime.ts';

const NOW_SEC = 1_800_000_000;

const listingId = fc
  .integer({ min: 1, max: 60 })
  .map((n) => `0x${n.toString(16).padStart(64, '0')}` as const);
const price = fc.integer({ min: 0, max: 900_000 });
const charger: fc.Arbitrary<ChargerSummary> = fc.record({
  listingId,
  status: fc.constantFrom('AVAILABLE', 'CHARGING', 'RESERVED', 'OUTOFORDER', 'UNKNOWN'),
  freshness: fc.constantFrom('LIVE', 'STALE', 'OFFLINE'),
  h3Cell: fc.constant('881fa1d809fffff'),
  latitude: fc.double({ min: 50, max: 51, noNaN: true }).map((n) => n.toFixed(6)),
  longitude: fc.double({ min: 6, max: 7, noNaN: true }).map((n) => n.toFixed(6)),
  connectorStandard: fc.constantFrom('IEC_62196_T2', 'DOMESTIC_F'),
  powerType: fc.constantFrom('AC_1_PHASE', 'AC_3_PHASE'),
  maxPowerW: fc.constantFrom(2_300, 3_700, 11_000, 22_000),
  pricePerKwh: price.map(String),
  pricePerHour: price.map(String),
  flatFee: price.map(String),
});
const need: fc.Arbitrary<Need> = fc
  .record({
    energyWh: fc.integer({ min: 1, max: 80 }).map((kwh) => kwh * 1_000),
    hours: fc.option(fc.integer({ min: 1, max: 24 })),
    byAt: fc.option(fc.integer({ min: NOW_SEC, max: NOW_SEC + 90_000 })),
    car: fc.option(
      fc.record({
        batteryWh: fc.integer({ min: 10_000, max: 120_000 }),
        maxAcPowerW: fc.constantFrom(3_700, 11_000),
      }),
    ),
  })
  .map(
    (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as unknown as Need,
  );
const filters: fc.Arbitrary<Filters> = fc.record(
  {
    connector: fc.constantFrom('IEC_62196_T2', 'DOMESTIC_F'),
    minPowerW: fc.constantFrom(3_700, 11_000),
    maxPricePerKwh: price,
    isMeterSigned: fc.constant(true),
    free: fc.oneof(fc.constant('now' as const), fc.integer({ min: NOW_SEC, max: NOW_SEC + 86_400 })),
  },
  { requiredKeys: [] },
);
const sort = fc.constantFrom<Sort>('cost', 'distance', 'finish');

const quoteOf = (charger: ChargerSummary, finishesAt: number): QuoteJson => ({
  ...{ charger, assuranceLevel: 'agent-signed', energyWh: 1, cost: '1', startsAt: NOW_SEC, finishesAt },
  ...{ distanceM: 1, firstSlot: 1, slotCount: 1 },
});

const world = fc
  .tuple(
    fc.array(charger, { maxLength: 30 }),
    fc.array(fc.boolean()),
    fc.array(fc.integer({ min: NOW_SEC, max: NOW_SEC + 50_000 })),
  )
  .map(([chargers, quoted, finishes]) => {
    const quotes = new Map<string, QuoteJson>();
    chargers.forEach((one, at) => {
      if (quoted[at % 7]) quotes.set(one.listingId, quoteOf(one, finishes[at] ?? NOW_SEC));
    });
    return { chargers, quotes };
  });

describe('the list', () => {
  const middle = { latitude: 50.5, longitude: 6.5 };

  it('has each charger of both lists once, whatever the order', () => {
    fc.assert(
      fc.property(world, need, sort, ({ chargers, quotes }, need, sort) => {
        const rows = ordered(rowsOf(chargers, quotes, need, middle), sort);
        const ids = new Set([...chargers.map((one) => one.listingId), ...quotes.keys()]);
        expect(rows.map((row) => row.charger.listingId).sort()).toEqual([...ids].sort());
      }),
    );
  });

  it('never puts one that can be booked behind one that cannot, nor a silent one before others', () => {
    const use = (row: Row) => {
      const isOff =
        row.charger.freshness === 'OFFLINE' || ['OUTOFORDER', 'UNKNOWN'].includes(row.charger.status);
      return (isOff ? 2 : 0) + (row.quote ? 0 : 1);
    };
    const value: Record<Sort, (row: Row) => number> = {
      cost: (row) => Number(row.cost),
      distance: (row) => row.distanceM ?? 0,
      finish: (row) => row.quote?.finishesAt ?? Number.POSITIVE_INFINITY,
    };
    fc.assert(
      fc.property(world, need, sort, ({ chargers, quotes }, need, sort) => {
        const rows = ordered(rowsOf(chargers, quotes, need, middle), sort);
        rows.slice(1).forEach((row, at) => {
          const before = rows[at]!;
          expect(use(before)).toBeLessThanOrEqual(use(row));
          if (use(before) === use(row)) expect(value[sort](before)).toBeLessThanOrEqual(value[sort](row));
        });
      }),
    );
  });

  it('shows the total that the server quotes for the same need', () => {
    fc.assert(
      fc.property(charger, need, (charger, need) => {
        const [row] = rowsOf([charger], new Map(), need, undefined);
        const asked = quoteQuery.parse({ latitude: '50', longitude: '6', ...quoteFilters({}, need, 'cost') });
        const { energyWh, powerW, durationSec } = asked;
        const energy = energyAt({ energyWh, powerW, durationSec }, charger.maxPowerW);
        const prices = {
          pricePerKwh: Number(charger.pricePerKwh),
          pricePerHour: Number(charger.pricePerHour),
          flatFee: Number(charger.flatFee),
        };
        const powerAt = Math.min(powerW ?? charger.maxPowerW, charger.maxPowerW);
        const timeSec = Math.ceil((energy * 3_600) / powerAt);
        expect(row!.energyWh).toBe(energy);
        expect(Math.abs(row!.chargingSec - timeSec)).toBeLessThanOrEqual(1);
        expect(row!.cost).toBe(costOfNeed(prices, { energyWh: energy }, row!.chargingSec));
      }),
    );
  });
});

describe('filters', () => {
  it('are what both operations of the API take', () => {
    fc.assert(
      fc.property(filters, need, sort, (filters, need, sort) => {
        const list = listQuery.parse({ bbox: '6,50,7,51', ...listFilters(filters, need) });
        const at = { latitude: '50', longitude: '6' };
        const quote = quoteQuery.parse({ ...at, ...quoteFilters(filters, need, sort) });
        expect(list.minPowerW).toBe(filters.minPowerW);
        expect(quote.maxPricePerKwh).toBe(filters.maxPricePerKwh);
        expect(quote.from).toBe(typeof filters.free === 'number' ? filters.free : undefined);
        expect(list.free).toBe(filters.free === 'now' ? 'now' : undefined);
        expect(quote.by).toBe(need.byAt);
      }),
    );
  });

  it('hold what a summary tells against a change that comes later', () => {
    const some = fc.sample(charger, 1)[0]!;
    const cheap = {
      ...some,
      pricePerKwh: '200000',
      maxPowerW: 11_000,
      status: 'AVAILABLE',
      freshness: 'LIVE',
    } as const;
    expect(fits(cheap, {})).toBe(true);
    expect(fits(cheap, { maxPricePerKwh: 200_000, minPowerW: 11_000, free: 'now' })).toBe(true);
    expect(fits(cheap, { maxPricePerKwh: 199_999 })).toBe(false);
    expect(fits(cheap, { minPowerW: 11_001 })).toBe(false);
    expect(fits({ ...cheap, freshness: 'OFFLINE' }, { free: 'now' })).toBe(false);
    expect(fits({ ...cheap, connectorStandard: 'DOMESTIC_F' }, { connector: 'IEC_62196_T2' })).toBe(false);
    expect([isFiltered({}), isFiltered({ free: 'now' })]).toEqual([false, true]);
  });
});

describe('times that a reader names', () => {
  it('are read as they are written, by the reader’s clock', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20_000_000, max: 40_000_000 }), (minutes) => {
        const text = localText(minutes * 60);
        expect(localText(unixOf(text)!)).toBe(text);
      }),
    );
    expect(unixOf('')).toBeUndefined();
  });

  it('are the next ones of the day: today or tomorrow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), (hour, minute) => {
        const two = (n: number) => String(n).padStart(2, '0');
        const text = `${two(hour)}:${two(minute)}`;
        const at = nextAt(text, NOW_SEC)!;
        expect(at > NOW_SEC && at <= NOW_SEC + 90_000).toBe(true);
        expect(localText(at).endsWith(text)).toBe(true);
      }),
    );
    expect(nextAt('', NOW_SEC)).toBeUndefined();
  });
});
