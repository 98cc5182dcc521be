import { type GasPrice, leastFee, safeFee } from '../outbox/gas-fees.ts';

/** Wei in a coin of the network. */
const COIN = 10n ** 18n;

/** Token units for one coin of the network. */
export type UnitsPerCoin = bigint;

const dividedUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Token units that are worth at least so much, rounded up in the relayer's favour. */
export const unitsRoundedUp = (wei: bigint, price: UnitsPerCoin): bigint => dividedUp(wei * price, COIN);

/** What token units are worth, in wei, rounded down: no more than this may be spent for them. */
export const weiRoundedDown = (units: bigint, price: UnitsPerCoin): bigint => (units * COIN) / price;

/** What a call needs of the ledger. */
export interface Need {
  /** Limit of its transaction. */
  gas: bigint;
  /** Wei for its bytes. */
  dataFee: bigint;
  price: GasPrice;
}

/** Wei that the call costs at least, with all of its gas at the present price. */
export const leastCost = ({ gas, dataFee, price }: Need): bigint => gas * leastFee(price) + dataFee;

/** Wei that it costs at most while the base fee does not double. */
export const safeCost = ({ gas, dataFee, price }: Need): bigint => gas * safeFee(price) + dataFee;

/** The fee that is told before a call is signed, token units: as long as gas gets dearer by less, the fee covers it. */
export const quotedFee = (need: Need, marginPercent: number, price: UnitsPerCoin): bigint =>
  unitsRoundedUp(dividedUp(leastCost(need) * BigInt(100 + marginPercent), 100n), price);

/** How a call is paid for. `cover`: wei that it may cost at most. */
export type Payment =
  | { by: 'fee'; cover: bigint }
  | { by: 'allowance'; cover: bigint }
  /** Token units that the fee has to be; undefined where there is no price, or the call cannot bring a fee. */
  | { by: undefined; needed: bigint | undefined };

export interface Means {
  /** The fee that the call brings, token units. */
  fee: bigint;
  /** Undefined where there is no price. */
  price: UnitsPerCoin | undefined;
  marginPercent: number;
  canPay: boolean;
  /** Wei that are left of the allowance for calls like this. */
  allowance: bigint;
}

/** Decides who pays for a call: its fee where that covers the gas, else the operator's allowance, else nobody. */
export function paymentOf(need: Need, { fee, price, marginPercent, canPay, allowance }: Means): Payment {
  const worth = price === undefined ? 0n : weiRoundedDown(fee, price);
  if (fee > 0n && worth >= leastCost(need)) return { by: 'fee', cover: worth };
  if (safeCost(need) <= allowance) return { by: 'allowance', cover: safeCost(need) };
  const needed = canPay && price !== undefined ? quotedFee(need, marginPercent, price) : undefined;
  return { by: undefined, needed };
}
