import type * as calls from '../calls.ts';
import type { Rng } from '../rng.ts';
import { certain, claimPays } from '../rules/claim-money.ts';
import { freeUntil, momentsOf, NEVER, noShowFrom, type Span, windowEnd } from '../times.ts';
import {
  type BookingState,
  isUnclaimed,
  type Made,
  openBookings,
  reservedAt,
  type StateName,
  type World,
} from '../world.ts';

/** A booking as a caller passes it in. */
export interface Handed {
  made: Made;
  handed: BookingState;
}

/**
 * Calls about an open booking; `raise` and `replace` are claims on top of a claim, `deny` is `arrived` after a no-show
 * claim, `concede` and `allow` are about a challenged or claimed reading, `settleAll` and `settleAllAlone` settle several.
 */
export type AboutOpen =
  | Extract<calls.Call, { handed: unknown }>['kind']
  | 'raise'
  | 'replace'
  | 'deny'
  | 'allow'
  | 'concede'
  | 'settleAll'
  | 'settleAllAlone';

const CLAIMS: readonly StateName[] = ['CLAIMED', 'CLAIMED_ALONE', 'CHALLENGED'];

const isReserved = ({ handed }: Handed): boolean => isUnclaimed(handed);
const isIn =
  (...names: StateName[]) =>
  ({ handed }: Handed): boolean =>
    names.includes(handed.name);
const isDenied = isIn('NO_SHOW_CLAIMED', 'CONTESTED');

/** The states in which a call is possible. */
const FITS: Record<AboutOpen, (open: Handed) => boolean> = {
  cancelByDriver: isIn('RESERVED'),
  cancelByHost: isReserved,
  arrived: isIn('RESERVED'),
  deny: isIn('NO_SHOW_CLAIMED'),
  settle: () => true,
  settleAll: isReserved,
  settleAlone: isReserved,
  settleAllAlone: isReserved,
  claim: () => true,
  claimAlone: (open) => !isDenied(open),
  raise: ({ handed }) => handed.name === 'CLAIMED' && handed.alone === null,
  replace: (open) => !isReserved(open),
  claimNoShow: isReserved,
  // Of one booking in four also what cannot be challenged.
  challenge: ({ handed, made }) =>
    handed.name === 'CLAIMED_ALONE' &&
    (made.number % 4 === 0 || claimPays(made, handed) > certain(made, handed)),
  allow: isIn('CLAIMED_ALONE', 'CHALLENGED'),
  concede: isIn('CHALLENGED'),
  prove: ({ handed, made }) => handed.name === 'CHALLENGED' && made.terms.metering.meterAlgorithm !== 'none',
  finalise: (open) => !isReserved(open),
  expire: isReserved,
};

export const isAboutOpen = (kind: string): kind is AboutOpen => Object.hasOwn(FITS, kind);

/** When a call may be made, by the table of states. */
export function spanOf(kind: AboutOpen, { made, handed }: Handed): Span {
  const { opens, reportBy } = momentsOf(made);
  const until = isUnclaimed(handed) ? reportBy : windowEnd(made, handed);
  switch (kind) {
    case 'cancelByDriver':
      return { from: Math.min(opens, freeUntil(made, handed.since)), until: opens };
    case 'cancelByHost':
    case 'arrived':
    case 'raise':
    case 'settleAll':
    case 'settleAlone':
    case 'settleAllAlone':
      return { from: opens, until: reportBy };
    case 'claimNoShow':
      return { from: noShowFrom(made, handed.since), until: reportBy };
    case 'finalise':
      return { from: until, until: NEVER };
    case 'expire':
      return { from: reportBy, until: NEVER };
    default:
      return { from: isUnclaimed(handed) ? opens : 0, until };
  }
}

const openOnes = (world: World): Handed[] =>
  openBookings(world).map(({ made, standing }) => ({ made, handed: standing }));

/** Whether a booking is open that the call fits by its state and that it is not too late for. */
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
  const ended = world.bookings.map((made) => ({ made, handed: reservedAt(world.nowSec) }));
  const chosen = rng.pick(choices.length > 0 && !rng.chance(2) ? choices : ended);
  return rng.chance(3) ? { ...chosen, handed: falsified(rng, chosen.handed) } : chosen;
}

/** A false state; of RESERVED and ARRIVED the other one is as good. */
const falsified = (rng: Rng, standing: BookingState): BookingState =>
  rng.pick([
    { ...standing, name: standing.name === 'RESERVED' ? 'ARRIVED' : 'RESERVED' },
    { ...standing, since: standing.since + 1 },
    { ...standing, cosigned: { ...standing.cosigned, energyWh: standing.cosigned.energyWh + 1 } },
    { ...standing, raisedCost: standing.raisedCost + 1n },
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

/** A claim stands, of which the newest co-signed reading is the floor. */
export const hasClaim = ({ handed }: Handed): boolean => CLAIMS.includes(handed.name);
