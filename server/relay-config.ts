import type { Address } from 'viem';
import { z } from 'zod';
import { address } from '../protocol/schemas.ts';
import { parseDecimal } from '../protocol/units.ts';

/** What the operator may give away: each name stands for calls of one kind; `raises` for fees raised beyond a call's. */
export const ALLOWANCES = ['bookings', 'money', 'sessions', 'listings', 'raises'] as const;
export type AllowanceName = (typeof ALLOWANCES)[number];

/** Decimals of every EVM network's native coin, and of a gwei in it. */
const COIN_DECIMALS = 18;
const GWEI_DECIMALS = 9;

const decimal = (decimals: number, rule: string) =>
  z
    .string()
    .regex(new RegExp(`^\\d{1,20}(\\.\\d{1,${decimals}})?$`), rule)
    .transform((text) => parseDecimal(text, decimals));

const coins = decimal(COIN_DECIMALS, 'must be coins of the network as digits: 0.05');

const count = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);

const ALLOWANCES_RULE = `must be NAME=COINS, separated by commas, each name once, of ${ALLOWANCES.join(', ')}: bookings=0.02,sessions=0.05`;

const allowances = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim().split('=')))
  .refine(
    (pairs) =>
      pairs.every(
        ([name, value, ...more]) =>
          more.length === 0 && ALLOWANCES.includes(name as AllowanceName) && coins.safeParse(value).success,
      ) && new Set(pairs.map(([name]) => name)).size === pairs.length,
    ALLOWANCES_RULE,
  )
  .transform(
    (pairs): Partial<Record<AllowanceName, bigint>> =>
      Object.fromEntries(pairs.map(([name, value]) => [name, coins.parse(value)])),
  );

/** The keys of the environment that say how calls are relayed. */
export const RELAY_ENVIRONMENT = {
  /**
   * Gas that the operator gives away, in coins of the network per day: NAME=COINS, separated by commas. Names: bookings,
   * money (deposits, withdrawals), sessions (settlements, claims, cancellations), listings, and raises (what a stuck
   * transaction needs above its call's fee). What is not named here is relayed for a fee only.
   */
  RELAY_ALLOWANCES: allowances.optional(),
  /** Price of a coin of the network in whole tokens, for fees: 2500.5. Either this or RELAY_PRICE_FEED_ADDRESS. */
  RELAY_TOKENS_PER_COIN: decimal(COIN_DECIMALS, 'must be whole tokens as digits: 2500.5').optional(),
  /** A Chainlink feed on the ledger that has the price of a coin in tokens. */
  RELAY_PRICE_FEED_ADDRESS: address.optional(),
  /** An answer of the feed that is older is not used. Seconds. */
  RELAY_PRICE_MAX_AGE_SEC: count.prefault('4000'),
  /** What a fee that is told is above the gas at present, in percent: gas may become dearer until the call comes. */
  RELAY_MARGIN_PERCENT: count.prefault('25'),
  /** While the relayer has less than this for gas, `/readyz` warns; in coins of the network. */
  RELAY_WARN_BELOW: coins.prefault('0.01'),
  /** Calls that could bring the relayer's balance below this are refused; in coins of the network. */
  RELAY_STOP_BELOW: coins.prefault('0.005'),
  /** No transaction offers more per gas. */
  RELAY_MAX_FEE_GWEI: decimal(GWEI_DECIMALS, 'must be gwei as digits: 0.5').prefault('200'),
  /** Relayed calls of one account in a day (UTC). */
  RELAY_CALLS_PER_ACCOUNT: count.prefault('50'),
  /** Of one IP address. */
  RELAY_CALLS_PER_IP: count.prefault('200'),
  /** Of all accounts together that hold less than RELAY_FUNDED_MIN. */
  RELAY_CALLS_UNFUNDED: count.prefault('100'),
  /** Of everybody. */
  RELAY_CALLS_PER_DAY: count.prefault('20000'),
  /** What an account has to hold in its purse or wallet to have a quota of its own, in whole tokens. */
  RELAY_FUNDED_MIN: decimal(COIN_DECIMALS, 'must be whole tokens as digits: 1').prefault('1'),
  /** A transaction that is not mined for this long is replaced by one that offers more. Seconds. */
  RELAY_STUCK_SEC: count.prefault('30'),
};

export interface RelaySettings {
  /** Wei per day. */
  allowances: Partial<Record<AllowanceName, bigint>>;
  /** Whole tokens with 18 decimals. */
  tokensPerCoin: bigint | undefined;
  priceFeed: Address | undefined;
  priceMaxAgeSec: number;
  marginPercent: number;
  /** Wei. */
  warnBelow: bigint;
  /** Wei. */
  stopBelow: bigint;
  /** Wei per gas. */
  maxFeePerGas: bigint;
  callsPerDay: { account: number; ip: number; unfunded: number; all: number };
  /** Whole tokens with 18 decimals. */
  fundedMin: bigint;
  stuckSec: number;
}

const environment = z.object(RELAY_ENVIRONMENT);

export const relaySettings = (e: z.output<typeof environment>): RelaySettings => ({
  allowances: e.RELAY_ALLOWANCES ?? {},
  tokensPerCoin: e.RELAY_TOKENS_PER_COIN,
  priceFeed: e.RELAY_PRICE_FEED_ADDRESS,
  priceMaxAgeSec: e.RELAY_PRICE_MAX_AGE_SEC,
  marginPercent: e.RELAY_MARGIN_PERCENT,
  warnBelow: e.RELAY_WARN_BELOW,
  stopBelow: e.RELAY_STOP_BELOW,
  maxFeePerGas: e.RELAY_MAX_FEE_GWEI,
  callsPerDay: {
    account: e.RELAY_CALLS_PER_ACCOUNT,
    ip: e.RELAY_CALLS_PER_IP,
    unfunded: e.RELAY_CALLS_UNFUNDED,
    all: e.RELAY_CALLS_PER_DAY,
  },
  fundedMin: e.RELAY_FUNDED_MIN,
  stuckSec: e.RELAY_STUCK_SEC,
});

/** Somebody has to hear that it comes to an end before it does. */
export const wrongRelay = (e: z.output<typeof environment>): string[] =>
  e.RELAY_WARN_BELOW >= e.RELAY_STOP_BELOW
    ? []
    : ['RELAY_WARN_BELOW must not be less than RELAY_STOP_BELOW, at which calls are refused'];
