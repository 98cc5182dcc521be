import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayPay } from '../../protocol/bounds.ts';
import { costOfParts } from '../../protocol/cost.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import type { Terms } from '../../protocol/terms.ts';
import { currencyText, inHundredths, readersCurrency } from '../../server/web/app/currency.ts';
import { promisedWh } from '../../server/web/app/need.ts';
import { askedAllowance } from '../../server/web/booking/allowance.ts';
import { contactLink, mapsLink } from '../../server/web/booking/mapsLink.ts';
import { usableSec } from '../../server/web/booking/promise.ts';
import { quoteOf } from '../../server/web/booking/quote.ts';
import { sleepSentence } from '../../server/web/booking/SleepSlider.tsx';
import { proposedStop, sleepStops, sleepsUntil } from '../../server/web/booking/sleep.ts';
import { lockedBy } from '../../server/web/booking/WhatItCosts.tsx';
import { pageTerms } from './pageTerms.ts';

const CENT = 10_000n;
const DECIMALS = 6;
const BOND_MAX = 10_000_000n;
const NO_CAP = (1n << 64n) - 1n;

const money = fc.bigInt({ min: 0n, max: 2_000_000n });
const anyTerms = fc
  .record({
    pricePerKwh: money,
    pricePerHour: money,
    flatFee: money,
    overstayReserve: money,
    allowedCost: money,
    unsignedCost: fc.constantFrom(0n, 0n, 300_000n, 40_000_000n),
    maxPowerW: fc.bigInt({ min: 1_400n, max: 50_000n }),
  })
  .map(({ allowedCost, unsignedCost, maxPowerW, ...tariff }): Terms => {
    const terms = pageTerms();
    return {
      ...terms,
      tariff: { ...tariff, overstayPerHour: 1_000_000n, discountBp: 0n },
      metering: { ...terms.metering, allowedCost, unsignedCost, maxPowerW },
    };
  });
const anyNeed = fc.record({
  energyWh: fc.integer({ min: 1, max: 100_000 }),
  slotCount: fc.integer({ min: 1, max: 48 }),
});
const offered = fc.tuple(anyTerms, anyNeed).map(([terms, need]) => {
  const quote = quoteOf(terms, need, BOND_MAX, CENT);
  return { terms, need, quote, stops: sleepStops(terms, quote, DECIMALS, CENT) };
});

describe('what is locked', () => {
  it('is what is said: the most it costs, the bond of the ledger, and the relay fee', () => {
    fc.assert(
      fc.property(offered, money, ({ terms, quote }, relayFee) => {
        const { unsignedCost } = terms.metering;
        const bond = unsignedCost < BOND_MAX ? unsignedCost : BOND_MAX;
        // contracts/types/Booking.sol: cap + min(bondMax, unsignedCost) + relayFee.
        expect(lockedBy(quote, relayFee)).toBe(quote.cap + bond + relayFee);
        if (unsignedCost === 0n) expect(lockedBy(quote, 0n)).toBe(quote.cap);
      }),
    );
  });
});

describe('the slider of what is paid on the charger’s word', () => {
  it('rises from watching to the whole need, in whole cents that the booking can pay', () => {
    fc.assert(
      fc.property(offered, ({ terms, quote, stops }) => {
        const costs = stops.slice(1).map(({ cost }) => cost);
        expect(stops[0]?.choice).toBe('STEP');
        expect(costs.length).toBeGreaterThan(0);
        for (const [i, cost] of costs.entries()) {
          expect(cost <= quote.cap).toBe(true);
          expect(cost >= askedAllowance(terms, quote.cap, true)).toBe(true);
          expect(cost % CENT === 0n || cost === quote.cap).toBe(true);
          if (i > 0) expect(cost > costs[i - 1]!).toBe(true);
        }
        expect(costs.at(-1)! >= quote.expected || costs.at(-1) === quote.cap).toBe(true);
      }),
    );
  });

  it('proposes the need, at most 2.00, or else the least that is more', () => {
    fc.assert(
      fc.property(offered, ({ terms, quote, stops }) => {
        const { cost } = stops[proposedStop(stops, quote, DECIMALS)]!;
        const asked = askedAllowance(terms, quote.cap, true);
        const watched = stops[0]!.cost;
        const proposed = quote.expected < 2_000_000n ? quote.expected : 2_000_000n;
        const least = [asked, watched, proposed].reduce((a, b) => (a > b ? a : b));
        expect(cost >= proposed || cost === quote.cap).toBe(true);
        expect(cost < least + CENT || cost === stops[1]!.cost).toBe(true);
      }),
    );
  });

  it('never says a sleep that costs more than the amount, nor an end that the agent pauses before', () => {
    fc.assert(
      fc.property(offered, ({ terms, need, stops }) => {
        const end = need.slotCount * SLOT_SEC;
        for (const stop of stops) {
          const sec = sleepsUntil(stop, 0, end);
          const wh = (terms.metering.maxPowerW * BigInt(sec)) / 3_600n;
          const tariff = { ...terms.tariff, overstayReserve: 0n };
          const cost = sec === 0 ? 0n : costOfParts(tariff, wh, BigInt(sec), 0n, NO_CAP);
          const bound = mayPay({ allowedCost: stop.cost, cosignedCost: 0n, unsignedCost: 0n, flatFee: 0n });
          expect(cost <= bound).toBe(true);
        }
      }),
    );
  });

  it('is said in words, with money in full', () => {
    const quote = quoteOf(pageTerms(), { energyWh: 20_000, slotCount: 8 }, 0n, CENT);
    const stops = sleepStops(pageTerms(), quote, DECIMALS, CENT);
    const exact = (units: bigint) => `${Number(units) / 1e6} DUSD`;
    const words = stops.map((stop) => sleepSentence(stop, { begins: 0, end: 7_200 }, exact));
    expect(words[0]).toMatch(/^You watch every step/);
    expect(words.at(-1)).toMatch(/5 DUSD on the charger/);
    expect(words.at(-1)).toContain('1 h 49 min');
    const toEnd = sleepSentence(stops.at(-1)!, { begins: 0, end: 3_600 }, exact);
    expect(toEnd).toContain('until the end of the charge');
  });
});

describe('what is promised', () => {
  it('is never more than the rest of the slots gives', () => {
    expect(usableSec(4, 2, 0)).toBe(1_800);
    expect(usableSec(4, 2, 4 * SLOT_SEC + 600)).toBe(1_200);
    expect(usableSec(4, 2, 9 * SLOT_SEC)).toBe(0);
    expect(promisedWh({ energyWh: 20_000 }, 11_000, usableSec(4, 2, 4 * SLOT_SEC + 600))).toBe(3_666);
  });
});

describe('the reader’s currency', () => {
  it('is that of the region where the operator names a rate, else the first that it names', () => {
    const rates = { EUR: '0.92', CHF: '0.88' };
    expect(readersCurrency(rates, 'de-CH')).toBe('CHF');
    expect(readersCurrency(rates, 'de')).toBe('EUR');
    expect(readersCurrency(rates, 'en-US')).toBe('EUR');
    expect(readersCurrency({}, 'en-US')).toBeUndefined();
  });

  it('is never said too low, and not a hundredth too high', () => {
    expect(currencyText(inHundredths(4_600_000n, { decimals: 6 }, '0.92'), 'EUR', 'en-US')).toBe('€4.24');
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.integer({ min: 1, max: 99_999 }),
        (units, rate) => {
          const text = `${Math.floor(rate / 1_000)}.${String(rate % 1_000).padStart(3, '0')}`;
          const hundredths = inHundredths(units, { decimals: 6 }, text);
          const exact = units * BigInt(rate) * 100n;
          expect(hundredths * 10n ** 9n >= exact).toBe(true);
          expect((hundredths - 1n) * 10n ** 9n < exact).toBe(true);
        },
      ),
    );
  });
});

describe('the exact place', () => {
  it('opens in the map app that the device has', () => {
    const place = '50.7753, 6.0839';
    expect(mapsLink(place, 'Mozilla/5.0 (Linux; Android 15; Pixel 9)')).toBe(
      'geo:50.7753,6.0839?q=50.7753,6.0839',
    );
    expect(mapsLink(place, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)')).toBe(
      'https://maps.apple.com/?daddr=50.7753,6.0839',
    );
    expect(mapsLink(place, 'Mozilla/5.0 (X11; Linux x86_64)')).toContain(
      'openstreetmap.org/?mlat=50.7753&mlon=6.0839',
    );
  });

  it('has a contact that can be touched where it is a number or an address', () => {
    expect(contactLink('+49 241 555')).toBe('tel:+49241555');
    expect(contactLink('anna@example.org')).toBe('mailto:anna@example.org');
    expect(contactLink('javascript:alert(1)')).toBeUndefined();
    expect(contactLink('Ring twice at Müller')).toBeUndefined();
  });
});
