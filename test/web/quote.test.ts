import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastCap } from '../../protocol/bounds.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import type { Terms } from '../../protocol/terms.ts';
import { quoteOf } from '../../server/web/booking/quote.ts';
import { pageTerms } from './pageTerms.ts';

const BOND_MAX = 10_000_000n;
const CENT = 10_000n;

const price = fc.bigInt({ min: 0n, max: 5_000_000n });

const anyTerms = fc
  .record({
    pricePerKwh: price,
    pricePerHour: price,
    overstayPerHour: price,
    flatFee: price,
    overstayReserve: price,
    discountBp: fc.constant(0n),
  })
  .map((tariff): Terms => ({ ...pageTerms(), tariff }));

const anyNeed = fc.record({
  energyWh: fc.integer({ min: 1, max: 200_000 }),
  slotCount: fc.integer({ min: 1, max: 96 }),
});

describe('a quote', () => {
  it('locks enough for the need over the whole slot', () => {
    fc.assert(
      fc.property(anyTerms, anyNeed, (terms, need) => {
        const { cap } = quoteOf(terms, need, BOND_MAX, CENT);
        const usage = {
          energyWh: need.energyWh,
          beganAt: 0,
          endedAt: need.slotCount * SLOT_SEC,
          overstaySec: 0,
        };
        const billed = costRoundedDown(terms.tariff, usage, cap);
        const uncapped = costRoundedDown({ ...terms.tariff, overstayReserve: 0n }, usage, (1n << 64n) - 1n);
        expect(billed).toBe(uncapped);
      }),
    );
  });

  it('never expects more than it locks, and locks less than a cent above the need', () => {
    fc.assert(
      fc.property(anyTerms, anyNeed, (terms, need) => {
        const quote = quoteOf(terms, need, BOND_MAX, CENT);
        const usage = {
          energyWh: need.energyWh,
          beganAt: 0,
          endedAt: need.slotCount * SLOT_SEC,
          overstaySec: 0,
        };
        const most = costRoundedDown({ ...terms.tariff, overstayReserve: 0n }, usage, (1n << 64n) - 1n);
        expect(quote.expected <= quote.cap - quote.overstayReserve).toBe(true);
        expect(quote.cap % CENT).toBe(0n);
        const { minCapPerSlot, noshowFee } = terms.bookingTerms;
        const least = leastCap(minCapPerSlot, noshowFee, BigInt(need.slotCount));
        const needed = most + terms.tariff.overstayReserve;
        expect(quote.cap >= least).toBe(true);
        expect(quote.cap - (needed > least ? needed : least) <= CENT).toBe(true);
        expect(quote.raisedBy !== undefined).toBe(quote.cap - needed > CENT);
      }),
    );
  });

  it('bills exactly the expected cost for a charge at full power', () => {
    const quote = quoteOf(pageTerms(), { energyWh: 20_000, slotCount: 9 }, BOND_MAX, CENT);
    const usage = { energyWh: 20_000, beganAt: 0, endedAt: quote.chargingSec, overstaySec: 0 };
    expect(costRoundedDown(pageTerms().tariff, usage, quote.cap)).toBe(quote.expected);
    expect(quote.chargingSec).toBe(6_546);
  });

  it('uses the minimum cap of the terms when the need is smaller', () => {
    const terms = pageTerms();
    const dear = { ...terms, bookingTerms: { ...terms.bookingTerms, minCapPerSlot: 3_000_000n } };
    const quote = quoteOf(dear, { energyWh: 1_000, slotCount: 4 }, BOND_MAX, CENT);
    expect([quote.cap, quote.raisedBy]).toEqual([12_000_000n, 'MIN_CAP']);
  });

  it('locks five no-show fees when the need is cheaper', () => {
    const terms = pageTerms();
    const strict = { ...terms, bookingTerms: { ...terms.bookingTerms, noshowFee: 1_000_000n } };
    const quote = quoteOf(strict, { energyWh: 1_000, slotCount: 2 }, BOND_MAX, CENT);
    expect([quote.cap, quote.raisedBy]).toEqual([10_000_000n, 'NO_SHOW_FEE']);
  });

  it('locks a cent where energy is free, since the ledger refuses a cap of 0', () => {
    const free = { pricePerKwh: 0n, pricePerHour: 0n, overstayPerHour: 0n, flatFee: 0n };
    const quote = quoteOf(
      {
        ...pageTerms(),
        tariff: { ...free, overstayReserve: 0n, discountBp: 0n },
        bookingTerms: { ...pageTerms().bookingTerms, noshowFee: 0n },
      },
      { energyWh: 5_000, slotCount: 4 },
      BOND_MAX,
      CENT,
    );
    expect([quote.expected, quote.cap]).toEqual([0n, CENT]);
  });

  it('has a bond of the unsigned cost, up to the largest bond of the market', () => {
    const need = { energyWh: 5_000, slotCount: 4 };
    const quote = quoteOf(pageTerms(), need, BOND_MAX, CENT);
    expect(quote.bond).toBe(1_250_000n);
    expect(quote.locked).toBe(quote.cap + 1_250_000n);
    expect(quoteOf(pageTerms(), need, 400_000n, CENT).bond).toBe(400_000n);
  });
});
