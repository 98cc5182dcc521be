import { type Address, zeroAddress } from 'viem';
import { MARKET_MONEY } from '../../protocol/presets.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import { parseDecimal } from '../../protocol/units.ts';

/** What a market fixes for ever beside token and windows; without guardian and fee unless said. */
export interface MarketSettings {
  /** Token units. */
  bondMax: bigint;
  /** Token units that a listing may ask a driver to trust, beside its overstay reserve. */
  firstTrustMax: bigint;
  /** Token units: the least that a lost challenge costs, up to the bond. */
  forfeitMin: bigint;
  /** Of what a charge costs, at most 100 (1 %). */
  feeBasisPoints: bigint;
  feeTo: Address;
  guardian: Address;
  /** Unix seconds. */
  guardianEndsAt: bigint;
}

/** The constructor's `Settings` (contracts/types/Settings.sol), in its order. */
export const settingsOf = (token: Address, decimals: number, windows: MarketWindows) => ({
  token,
  reportSec: BigInt(windows.reportSec),
  challengeSec: BigInt(windows.challengeSec),
  proofSec: BigInt(windows.proofSec),
  bondMax: parseDecimal(MARKET_MONEY.bondMax, decimals),
  firstTrustMax: parseDecimal(MARKET_MONEY.firstTrustMax, decimals),
  forfeitMin: parseDecimal(MARKET_MONEY.forfeitMin, decimals),
  feeBasisPoints: 0n,
  feeTo: zeroAddress,
  guardian: zeroAddress,
  guardianEndsAt: 0n,
});
