import type { Hex } from 'viem';
import type { Booking } from '../../protocol/booking.ts';
import type { Terms } from '../../protocol/terms.ts';

/** What a market is deployed with in these runs; the three windows differ, so that a mix-up is noticed. */
export const WINDOWS = { reportSec: 1_500, challengeSec: 900, proofSec: 700 } as const;
export const BOND_MAX = 10_000_000n;
export const FEE_BASIS_POINTS = 100n;

export type Phase = 'RESERVED' | 'CLAIMED' | 'CHALLENGED';

/** What the agent alone claims. */
export interface AgentClaim {
  seq: number;
  energyWh: number;
  beganAt: number;
  endedAt: number;
  overstaySec: number;
}

/** State of an open booking; times in unix seconds, 0 for never. */
export interface BookingState {
  phase: Phase;
  arrived: boolean;
  noShow: boolean;
  raised: boolean;
  cosigned: { seq: number; energyWh: number; cost: bigint };
  alone: AgentClaim | null;
  bestProofWh: number;
  claimedAt: number;
  challengedAt: number;
}

export const RESERVED: BookingState = {
  phase: 'RESERVED',
  arrived: false,
  noShow: false,
  raised: false,
  cosigned: { seq: 0, energyWh: 0, cost: 0n },
  alone: null,
  bestProofWh: 0,
  claimedAt: 0,
  challengedAt: 0,
};

/** A booking with the names of those who sign for it. */
export interface Made {
  /** Counts the bookings that were tried in a run. */
  number: number;
  charger: number;
  booking: Booking;
  bookingId: Hex;
  terms: Terms;
  driver: string;
  session: string;
  host: string;
  agent: string;
  secret: Hex;
}

export interface Purse {
  free: bigint;
  generation: bigint;
  open: { made: Made; standing: BookingState } | null;
}

export interface Listing {
  host: string | null;
  variant: number;
  version: number;
  status: 'NONE' | 'OPEN' | 'CLOSED' | 'REVOKED';
}

export interface Earnings {
  earned: bigint;
  soldWh: bigint;
  sessions: number;
}

/** Everything that the market and its token should hold. */
export interface World {
  /** The time of the next step, in unix seconds. */
  nowSec: number;
  guardianEndsAt: number;
  tokens: Map<string, bigint>;
  nonces: Map<string, bigint>;
  /** The token's own nonces of ERC-2612. */
  permits: Map<string, bigint>;
  purses: Map<string, Purse>;
  listings: Listing[];
  earnings: Map<string, Earnings>;
  /** Booked slots of each charger. */
  taken: Set<number>[];
  pausedUntil: number;
  nextPauseFrom: number;
  /** All that were ever made. */
  bookings: Made[];
  /** Counts everything that needs a new name, failed bookings included. */
  tried: number;
  /** Keys of what the last step changed. */
  touched: Set<string>;
}

/** The market's own name among the holders of tokens. */
export const MARKET = 'market';

export function purseOf(world: World, name: string, index: number): Purse {
  const key = `${name}/${index}`;
  world.touched.add(`purse ${key}`);
  const known = world.purses.get(key);
  if (known) return known;
  const purse: Purse = { free: 0n, generation: 0n, open: null };
  world.purses.set(key, purse);
  return purse;
}

export function earningsOf(world: World, charger: number, host: string): Earnings {
  const key = `${charger}/${host}`;
  world.touched.add(`earnings ${key}`);
  const known = world.earnings.get(key);
  if (known) return known;
  const earnings: Earnings = { earned: 0n, soldWh: 0n, sessions: 0 };
  world.earnings.set(key, earnings);
  return earnings;
}

export const balanceOf = (world: World, name: string): bigint => world.tokens.get(name) ?? 0n;

export const nonceOf = (world: World, name: string): bigint => world.nonces.get(name) ?? 0n;

/** Tokens move between people and the market. */
export function moveTokens(world: World, from: string, to: string, amount: bigint): void {
  world.tokens.set(from, balanceOf(world, from) - amount);
  world.tokens.set(to, balanceOf(world, to) + amount);
  world.touched.add(`tokens ${from}`).add(`tokens ${to}`);
}

export function countNonce(world: World, name: string): void {
  world.nonces.set(name, nonceOf(world, name) + 1n);
  world.touched.add(`nonce ${name}`);
}

export function listingAt(world: World, charger: number): Listing {
  const listing = world.listings[charger];
  if (!listing) throw new Error(`Charger ${charger} is not in the model.`);
  world.touched.add(`listing ${charger}`);
  return listing;
}

export function slotsOf(world: World, charger: number): Set<number> {
  const slots = world.taken[charger];
  if (!slots) throw new Error(`Charger ${charger} is not in the model.`);
  world.touched.add(`calendar ${charger}`);
  return slots;
}

/** Bookings that are open now, oldest first. */
export function openBookings(world: World): { made: Made; standing: BookingState }[] {
  const open = [...world.purses.values()].flatMap((purse) => (purse.open ? [purse.open] : []));
  return open.sort((a, b) => a.made.number - b.made.number);
}

export const bondOf = (made: Made): bigint => least(BOND_MAX, made.booking.money.unsignedCost);

export const lockedOf = (made: Made): bigint => made.booking.money.cap + bondOf(made);

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
