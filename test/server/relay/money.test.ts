import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canSpend,
  coveredFee,
  firstFees,
  outstandingOf,
  raiseOf,
  worstCost,
} from '../../../server/outbox/gas-fees.ts';
import { paymentOf, quotedFee } from '../../../server/relay/price.ts';
import { scaledUp } from '../../../server/relay/tokenPrice.ts';
import { relaySettings } from '../../../server/relay-config.ts';
import { forAll, uint } from '../../protocol/arbitraries.ts';

/** An exact fraction: what the code computes in integers is held against it. */
type Fraction = [bigint, bigint];
const isAtMost = ([a, b]: Fraction, [c, d]: Fraction): boolean => a * d <= c * b;

const gasPrice = fc.record({ baseFee: uint(44), tip: uint(40) });
const gas = fc.bigInt({ min: 21_000n, max: 15_000_000n });
const anyNeed = fc.record({ gas, dataFee: fc.oneof(fc.constant(0n), uint(60)), price: gasPrice });
/** From a coin of a millionth of a token to one of a billion tokens, with 6 to 18 decimals. */
const unitsPerCoin = fc.bigInt({ min: 1n, max: 10n ** 27n });
const percent = fc.integer({ min: 0, max: 1_000 });

describe('a fee', () => {
  it('as it is told is worth the gas and the margin, whatever gas and token cost, and a unit less is not', () => {
    forAll([anyNeed, percent, unitsPerCoin], (need, margin, price) => {
      const fee = quotedFee(need, margin, price);
      const wei = need.gas * (need.price.baseFee + need.price.tip) + need.dataFee;
      const asked: Fraction = [wei * BigInt(100 + margin), 100n];
      const worth = (units: bigint): Fraction => [units * 10n ** 18n, price];
      expect(isAtMost(asked, worth(fee))).toBe(true);
      // One wei is rounded up first, then one unit.
      if (fee > 0n) expect(isAtMost([asked[0] + 100n, 100n], worth(fee - 1n))).toBe(false);
    });
  });

  it('that was told is taken while gas gets dearer by no more than the margin', () => {
    forAll(
      [anyNeed, percent, unitsPerCoin, fc.integer({ min: 0, max: 100 })],
      (need, margin, price, part) => {
        const fee = quotedFee(need, margin, price);
        const rise = (value: bigint) => value + (value * BigInt(margin) * BigInt(part)) / 10_000n;
        const { baseFee, tip } = need.price;
        const later = { ...need, price: { baseFee: rise(baseFee), tip: rise(tip) } };
        const means = { fee, price, marginPercent: margin, canPay: true, allowance: 0n };
        if (fee > 0n) expect(paymentOf(later, means).by).toBe('fee');
      },
    );
  });

  it('lets a call cost no more than it is worth, by whatever transactions it is sent, at every price', () => {
    const prices = fc.array(gasPrice, { maxLength: 6 });
    forAll(
      [anyNeed, unitsPerCoin, uint(90), prices, fc.integer({ min: 1, max: 100 })],
      (need, price, fee, later, used) => {
        const means = { fee, price, marginPercent: 25, canPay: true, allowance: 0n };
        const payment = paymentOf(need, means);
        if (payment.by !== 'fee') return;
        const offer = { gas: need.gas, dataFee: need.dataFee };
        let fees = firstFees(need.price, coveredFee(payment.cover, offer));
        expect(fees).toBeDefined();
        for (const next of [need.price, ...later]) {
          const gasUsed = (need.gas * BigInt(used)) / 100n;
          const offered = next.baseFee + fees!.maxPriorityFeePerGas;
          const paid = offered < fees!.maxFeePerGas ? offered : fees!.maxFeePerGas;
          expect(isAtMost([gasUsed * paid + need.dataFee, 1n], [fee * 10n ** 18n, price])).toBe(true);
          const raise = raiseOf({ ...offer, ...fees! }, payment.cover, next, 2n ** 60n);
          if (raise === undefined) break;
          // What is beyond the cover is named in full, for the allowance that pays it.
          expect(worstCost({ ...offer, ...raise.fees }) <= payment.cover + raise.more).toBe(true);
          if (raise.more > 0n) break;
          fees = raise.fees;
        }
      },
    );
  });

  it('that does not cover the gas is refused with the fee that does, or paid by what is left of an allowance', () => {
    forAll([anyNeed, unitsPerCoin, uint(80), uint(80)], (need, price, fee, allowance) => {
      const payment = paymentOf(need, { fee, price, marginPercent: 25, canPay: true, allowance });
      const least = need.gas * (need.price.baseFee + need.price.tip) + need.dataFee;
      const covers = fee > 0n && isAtMost([least, 1n], [fee * 10n ** 18n, price]);
      const safe = least + need.gas * need.price.baseFee;
      expect(payment.by).toBe(covers ? 'fee' : safe <= allowance ? 'allowance' : undefined);
      if (payment.by === 'allowance') expect(payment.cover).toBe(safe);
      if (payment.by === undefined && payment.needed! > 0n) {
        expect(
          paymentOf(need, { fee: payment.needed!, price, marginPercent: 25, canPay: true, allowance: 0n }).by,
        ).toBe('fee');
      }
    });
  });

  it('is not asked for where it cannot be paid, or nobody knows what a token is worth', () => {
    const need = { gas: 100_000n, dataFee: 0n, price: { baseFee: 10n, tip: 1n } };
    const means = { fee: 10n ** 18n, price: 1n, marginPercent: 25, allowance: 0n };
    expect(paymentOf(need, { ...means, price: undefined, canPay: true })).toEqual({
      by: undefined,
      needed: undefined,
    });
    expect(paymentOf(need, { ...means, fee: 0n, canPay: false })).toEqual({
      by: undefined,
      needed: undefined,
    });
  });
});

/** What is spent when of each nonce the dearest is mined. */
function dearestOf(sent: readonly (Parameters<typeof worstCost>[0] & { nonce: number })[]): bigint {
  const nonces = [...new Set(sent.map(({ nonce }) => nonce))];
  const costs = nonces.map((nonce) =>
    sent
      .filter((offer) => offer.nonce === nonce)
      .map(({ gas: limit, maxFeePerGas, dataFee }) => limit * maxFeePerGas + dataFee)
      .reduce((most, cost) => (cost > most ? cost : most)),
  );
  return costs.reduce((sum, cost) => sum + cost, 0n);
}

describe('the balance', () => {
  const anyOffer = fc.record({ nonce: fc.nat(12), gas, maxFeePerGas: uint(44), dataFee: uint(40) });

  it('stays above its floor when all that was sent is mined at its highest price', () => {
    forAll(
      [uint(72), uint(70), fc.array(anyOffer, { minLength: 1, maxLength: 30 })],
      (balance, stopBelow, offers) => {
        const sent: typeof offers = [];
        for (const offer of offers) {
          // One that replaces another is paid instead of it.
          const others = sent.filter(({ nonce }) => nonce !== offer.nonce);
          const outstanding = outstandingOf(others);
          if (canSpend({ balance, outstanding, stopBelow }, worstCost(offer))) sent.push(offer);
        }
        const left = balance - dearestOf(sent);
        if (sent.length > 0) expect(left >= stopBelow).toBe(true);
      },
    );
  });
});

describe('settings', () => {
  it('scale decimals without making a coin cheaper', () => {
    forAll([uint(90), fc.nat(30), fc.nat(30)], (value, from, to) => {
      const scaled = scaledUp(value, from, to);
      const exact: Fraction = [value * 10n ** BigInt(to), 10n ** BigInt(from)];
      expect(isAtMost(exact, [scaled, 1n])).toBe(true);
      if (scaled > 0n) expect(isAtMost(exact, [scaled - 1n, 1n])).toBe(false);
    });
  });

  it('give nothing away unless the operator says so', () => {
    expect(relaySettings({} as never).allowances).toEqual({});
  });
});
