import type * as calls from '../calls.ts';
import type { Rng } from '../rng.ts';
import { momentsOf, NEVER, type Span, windowEnd } from '../times.ts';
import { type BookingState, type Made, openBookings, RESERVED, type World } from '../world.ts';

/** A booking as a caller passes it in. */
export interface Handed {
  made: Made;
  handed: BookingState;
}

/**
 * Calls about an open booking; `raise` and `replace` are claims on top of a claim,
 * `settleAll` settles several.
 */
export type AboutOpen = Extract<calls.Call, { handed: unknown }>['kind'] | 'raise' | 'replace' | 'settleAll';

const isReserved = ({ handed }: Handed): boolean => handed.phase === 'RESERVED';

/** The states in which a call is possible. */
const FITS: Record<AboutOpen, (open: Handed) => boolean> = {
  cancelByDriver: isReserved,
  cancelByHost: isReserved,
  arrived: isReserved,
  settle: () => true,
  settleAll: isReserved,
  claim: () => true,
  claimAlone: ({ handed }) => handed.phase !== 'CHALLENGED',
  raise: ({ handed }) => isRaisable(handed),
  replace: (open) => !isReserved(open),
  claimNoShow: isReserved,
  challenge: ({ handed }) => handed.phase === 'CLAIMED' && handed.alone !== null,
  prove: ({ handed, made }) =>
    handed.phase === 'CHALLENGED' && handed.alone !== null && made.terms.metering.meterAlgorithm !== 'none',
  finalise: (open) => !isReserved(open),
  expire: isReserved,
};

export const isAboutOpen = (kind: string): kind is AboutOpen => Object.hasOwn(FITS, kind);

const isRaisable = (handed: BookingState): boolean =>
  handed.phase === 'CLAIMED' && !handed.noShow && !handed.raised && handed.alone === null;

/** When a call may be made, by the table of states. */
export function spanOf(kind: AboutOpen, { made, handed }: Handed): Span {
  const moments = momentsOf(made);
  const reserved = handed.phase === 'RESERVED';
  const until = reserved ? moments.reportBy : windowEnd(made, handed);
  const spans: Record<AboutOpen, Span> = {
    cancelByDriver: { from: moments.cancelBy, until: moments.opens },
    cancelByHost: { from: moments.opens, until: moments.reportBy },
    arrived: { from: moments.opens, until: moments.noShowFrom },
    settle: { from: moments.opens, until },
    settleAll: { from: moments.opens, until },
    claim: { from: moments.opens, until },
    claimAlone: { from: moments.opens, until: moments.reportBy },
    raise: { from: moments.opens, until: moments.reportBy },
    replace: { from: moments.opens, until },
    claimNoShow: { from: moments.noShowFrom, until: moments.reportBy },
    challenge: { from: 0, until },
    prove: { from: 0, until },
    finalise: { from: until, until: NEVER },
    expire: { from: moments.reportBy, until: NEVER },
  };
  return spans[kind];
}

const openOnes = (world: World): Handed[] =>
  openBookings(world).map(({ made, standing }) => ({ made, handed: standing }));

/** Whether a booking is open that the call fits by its phase and that it is not too late for. */
export const fitsSomething = (world: World, kind: AboutOpen): boolean =>
  openOnes(world).some((one) => fits(world, kind, one));

const fits = (world: World, kind: AboutOpen, one: Handed): boolean =>
  FITS[kind](one) && world.nowSec <= spanOf(kind, one).until;

/**
 * Mostly an open booking that the call fits, in its true state; sometimes another, an ended one, or a false state. Of
 * several, mostly the one whose window begins first: a jump in time would let the others' windows pass.
 */
export function handedFor(world: World, rng: Rng, kind: AboutOpen): Handed {
  const open = openOnes(world);
  const from = (one: Handed): number => Math.max(world.nowSec, spanOf(kind, one).from);
  const fitting = open.filter((one) => fits(world, kind, one)).sort((a, b) => from(a) - from(b));
  const soonest = rng.chance(30)
    ? fitting
    : fitting.filter((one, _, [first]) => first && from(one) <= from(first));
  const choices = fitting.length > 0 && !rng.chance(16) ? soonest : open;
  const ended = world.bookings.map((made) => ({ made, handed: RESERVED }));
  const chosen = rng.pick(choices.length > 0 && !rng.chance(2) ? choices : ended);
  return rng.chance(2) ? { ...chosen, handed: falsified(rng, chosen.handed) } : chosen;
}

const falsified = (rng: Rng, standing: BookingState): BookingState =>
  rng.pick([
    { ...standing, arrived: !standing.arrived },
    { ...standing, claimedAt: standing.claimedAt + 1 },
    { ...standing, cosigned: { ...standing.cosigned, cost: standing.cosigned.cost + 1n } },
  ]);

/**
 * Lets time pass until the call is possible, or to an edge of its window, or just beyond. Time never goes back.
 */
export function moveInto(world: World, rng: Rng, { from, until }: Span): void {
  const end = Math.min(until, from + 40_000);
  const inside = from + (rng.next() % Math.max(1, end - from));
  const usual = world.nowSec < from ? inside : world.nowSec;
  const edges = [from, until === NEVER ? from + 1 : until - 1, from - 1, until === NEVER ? from : until];
  world.nowSec = Math.max(world.nowSec, rng.mostly(usual, 30, edges));
}
