import type { Address } from 'viem';
import type { MarketWindows } from './booking-times.ts';
import type { MarketRef } from './signed-types.ts';

/** What a deployment fixed, as its getters say it: the recomputation needs it as well as the logs. */
export interface MarketConstants extends MarketRef {
  windows: MarketWindows;
  /** Token units. */
  bondMax: bigint;
  /** Token units that a listing may ask a driver to trust, beside its overstay reserve. */
  firstTrustMax: bigint;
  /** Token units: the least that a lost challenge costs, up to the bond. */
  forfeitMin: bigint;
  /** The market's part of what a charge costs, credited to purse 0 of `to`. */
  fee: { basisPoints: bigint; to: Address };
  /** Who may pause new listings and bookings, until `endsAt` (unix seconds); zero when there is none. */
  guardian: { account: Address; endsAt: number };
}
