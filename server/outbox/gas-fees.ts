import { min } from '../../protocol/units.ts';

/** What a transaction offers, wei per gas. */
export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** What the ledger asks for the next block, wei per gas. */
export interface GasPrice {
  baseFee: bigint;
  tip: bigint;
}

/** Gas above the estimate, in percent: a call mined before may make a storage slot cost more. */
const GAS_MARGIN_PERCENT = 25n;

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export const gasLimitOf = (estimate: bigint): bigint => estimate + (estimate * GAS_MARGIN_PERCENT) / 100n;

/** The least that a transaction has to offer now, wei per gas. */
export const leastFee = ({ baseFee, tip }: GasPrice): bigint => baseFee + tip;

/** What a transaction offers that shall stay good while the base fee doubles, wei per gas. */
export const safeFee = ({ baseFee, tip }: GasPrice): bigint => 2n * baseFee + tip;

/** Fees of a new transaction, at most `limit` wei per gas; undefined where that is less than the ledger asks. */
export function firstFees(price: GasPrice, limit: bigint): Fees | undefined {
  if (limit < leastFee(price)) return undefined;
  return { maxFeePerGas: min(safeFee(price), limit), maxPriorityFeePerGas: price.tip };
}

/** Nodes accept a replacement that pays an eighth more, of both fees. */
const anEighthMore = (fee: bigint): bigint => fee + (fee + 7n) / 8n;

/**
 * Fees that replace a transaction which offered `before`; undefined where they would be above `limit` wei per gas. They
 * may be less than the ledger asks: then the next raise follows.
 */
export function raisedFees(before: Fees, price: GasPrice, limit: bigint): Fees | undefined {
  const least = anEighthMore(before.maxFeePerGas);
  const tip = larger(anEighthMore(before.maxPriorityFeePerGas), price.tip);
  if (least > limit || tip > limit) return undefined;
  return { maxFeePerGas: larger(min(safeFee(price), limit), larger(least, tip)), maxPriorityFeePerGas: tip };
}

/** What a transaction may cost, in wei. */
export interface Offer {
  gas: bigint;
  maxFeePerGas: bigint;
  /** What a rollup takes for the transaction's bytes, beside the gas. */
  dataFee: bigint;
}

/** The most that a transaction can cost, in wei. */
export const worstCost = ({ gas, maxFeePerGas, dataFee }: Offer): bigint => gas * maxFeePerGas + dataFee;

/** The highest fee per gas at which a transaction costs no more than `cover` wei. */
export function coveredFee(cover: bigint, { gas, dataFee }: Omit<Offer, 'maxFeePerGas'>): bigint {
  return cover < dataFee ? 0n : (cover - dataFee) / gas;
}

/** How a transaction is replaced. */
export interface Raise {
  fees: Fees;
  /** Wei that it may cost beyond what its calls cover. */
  more: bigint;
}

/** The raise of a transaction that offered `before`, within `cover` wei where that is possible. */
export function raiseOf(
  before: Offer & Fees,
  cover: bigint,
  price: GasPrice,
  limit: bigint,
): Raise | undefined {
  const covered = raisedFees(before, price, min(coveredFee(cover, before), limit));
  if (covered !== undefined) return { fees: covered, more: 0n };
  const fees = raisedFees(before, price, limit);
  return fees && { fees, more: worstCost({ ...before, ...fees }) - cover };
}

/** Money of the sender, in wei. */
export interface Purse {
  balance: bigint;
  /** What transactions under way can cost at most. */
  outstanding: bigint;
  /** The balance must not fall below it. */
  stopBelow: bigint;
}

/** Whether so much more can be spent, whatever the transactions under way will cost. */
export const canSpend = ({ balance, outstanding, stopBelow }: Purse, cost: bigint): boolean =>
  balance - outstanding - cost >= stopBelow;

/** Of transactions with one nonce a single one is mined: the dearest counts. */
export function outstandingOf(offers: readonly (Offer & { nonce: number })[]): bigint {
  const byNonce = new Map<number, bigint>();
  for (const offer of offers) {
    byNonce.set(offer.nonce, larger(byNonce.get(offer.nonce) ?? 0n, worstCost(offer)));
  }
  return [...byNonce.values()].reduce((sum, cost) => sum + cost, 0n);
}
