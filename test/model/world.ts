import type { Hex } from 'viem';
import type { Booking } from '../../protocol/booking.ts';
import type { Terms } from '../../protocol/terms.ts';

/** What a market is deployed with in these runs; the three windows differ, so that a mix-up is noticed. */
export const WINDOWS = { reportSec: 2_400, challengeSec: 900, proofSec: 700 } as const;
/** Token units. */
export const MONEY = { bondMax: 10_000_000n, firstTrustMax: 500_000n, forfeitMin: 50_000n } as const;
export const FEE_BASIS_POINTS = 100n;

/** The states of an open booking, as the table names them. */
export type StateName =
  | 'RESERVED'
  | 'ARRIVED'
  | 'CLAIMED'
  | 'CLAIMED_ALONE'
  | 'NO_SHOW_CLAIMED'
  | 'CONTESTED'
  | 'CHALLENGED';

/** What the agent alone claims. */
export interface AgentClaim {
  seq: number;
  energyWh: number;
  beganAt: number;
  endedAt: number;
  overstaySec: number;
}

/** The newest reading that both signed, zeros without one. */
export interface Cosigned {
  seq: number;
  energyWh: number;
  timeSec: number;
  overstaySec: number;
}

/** State of an open booking. */
export interface BookingState {
  name: StateName;
  /** Unix seconds at which it was booked, claimed or challenged. */
  since: number;
  cosigned: Cosigned;
  /** Stays when a co-signed reading replaces it: the agent alone claims once. */
  alone: AgentClaim | null;
  /** The raise that came with the agent's claim, in token units; 0 without one. */
  raisedCost: bigint;
  bestProofWh: number;
}

export const reservedAt = (bookedAt: number): BookingState => ({
  name: 'RESERVED',
  since: bookedAt,
  cosigned: { seq: 0, energyWh: 0, timeSec: 0, overstaySec: 0 },
  alone: null,
  raisedCost: 0n,
  bestProofWh: 0,
});

/** Nothing is claimed yet: a call that names one of the two states is taken in either. */
export const isUnclaimed = ({ name }: BookingState): boolean => name === 'RESERVED' || name === 'ARRIVED';

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

/** The account of nobody: its purse 0 is the sink. */
export const NOBODY = 'nobody';

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

export const bondOf = (made: Made): bigint => least(MONEY.bondMax, made.booking.money.unsignedCost);

export const lockedOf = (made: Made): bigint => made.booking.money.cap + bondOf(made);

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
