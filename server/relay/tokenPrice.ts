import { parseAbi } from 'viem';
import type { LedgerClient } from '../chain/client.ts';
import type { RelaySettings } from '../relay-config.ts';
import type { UnitsPerCoin } from './price.ts';

/** Of Chainlink's AggregatorV3Interface. */
const FEED_ABI = parseAbi([
  'function decimals() view returns (uint8)',
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
]);

const SETTING_DECIMALS = 18;

/** Scales a decimal number, rounded up: then a coin counts as dear, and a fee covers no less than its gas. */
export function scaledUp(value: bigint, from: number, to: number): bigint {
  if (to >= from) return value * 10n ** BigInt(to - from);
  const divisor = 10n ** BigInt(from - to);
  return (value + divisor - 1n) / divisor;
}

/** The price of a coin of the network in token units: as configured, or by a feed on the ledger. Undefined: none. */
export async function tokenPriceOf(
  client: LedgerClient,
  {
    tokensPerCoin,
    priceFeed,
    priceMaxAgeSec,
  }: Pick<RelaySettings, 'tokensPerCoin' | 'priceFeed' | 'priceMaxAgeSec'>,
  tokenDecimals: number,
  nowSec: number,
): Promise<UnitsPerCoin | undefined> {
  if (tokensPerCoin !== undefined) return positive(scaledUp(tokensPerCoin, SETTING_DECIMALS, tokenDecimals));
  if (priceFeed === undefined) return undefined;
  const feed = { address: priceFeed, abi: FEED_ABI } as const;
  const [decimals, [, answer, , updatedAt]] = await Promise.all([
    client.readContract({ ...feed, functionName: 'decimals' }),
    client.readContract({ ...feed, functionName: 'latestRoundData' }),
  ]);
  if (nowSec - Number(updatedAt) > priceMaxAgeSec) return undefined;
  return positive(scaledUp(answer, decimals, tokenDecimals));
}

/** A feed that failed may answer with zero or less. */
const positive = (price: bigint): UnitsPerCoin | undefined => (price > 0n ? price : undefined);
