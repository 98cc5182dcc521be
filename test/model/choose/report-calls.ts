import type * as calls from '../calls.ts';
import type { Rng } from '../rng.ts';
import { momentsOf } from '../times.ts';
import { RESERVED, type World } from '../world.ts';
import { type AboutOpen, type Handed, handedFor, moveInto, spanOf } from './open-booking.ts';

/** A booking for the call, at a time at which the call is possible. */
function bookingAtSuitableTime(world: World, rng: Rng, kind: AboutOpen): Handed {
  const handed = handedFor(world, rng, kind);
  moveInto(world, rng, spanOf(kind, handed));
  return handed;
}

/** One of the accounts calls, or a stranger sends its signature; rarely neither. */
function authorized(rng: Rng, accounts: readonly string[]): { sender: string; signer: string | null } {
  const account = rng.pick(accounts);
  if (rng.chance(4)) return { sender: 'stranger', signer: rng.pick([null, 'stranger']) };
  return rng.next() % 2 === 0 ? { sender: account, signer: null } : { sender: 'relayer', signer: account };
}

const anyone = (rng: Rng): string => rng.pick(['relayer', 'stranger']);

export function report(kind: 'settle' | 'claim', purpose: 'settle' | 'claim' | 'replace' = kind) {
  return (world: World, rng: Rng): calls.Report => {
    const handed = bookingAtSuitableTime(world, rng, purpose);
    const isFinal = kind === 'settle' ? rng.mostly(true, 3, [false]) : rng.pick([false, true]);
    return {
      kind,
      sender: anyone(rng),
      ...handed,
      reading: { ...reading(world, rng, handed, [1, 2, 30]), isFinal },
      agentSigner: rng.mostly(handed.made.agent, 4, ['stranger']),
      sessionSigner: rng.mostly(handed.made.session, 4, ['stranger']),
    };
  };
}

/** Two settlements together, as if the bookings were in the state in which they were booked. */
export function settleAll(world: World, rng: Rng): calls.SettleAll {
  const sender = anyone(rng);
  const items = [0, 1].map(() => ({ ...report('settle')(world, rng), sender, handed: RESERVED }));
  return { kind: 'settleAll', sender, items };
}

export const claimAlone =
  (purpose: 'claimAlone' | 'raise') =>
  (world: World, rng: Rng): calls.ClaimAlone => {
    const handed = bookingAtSuitableTime(world, rng, purpose);
    const isFinal = rng.mostly(true, 3, [false]);
    return {
      kind: 'claimAlone',
      sender: anyone(rng),
      ...handed,
      reading: { ...reading(world, rng, handed, [20, 1, 40]), isFinal },
      agentSigner: rng.mostly(handed.made.agent, 4, ['stranger']),
      knowsSecret: !rng.chance(3),
    };
  };

/** A reading as an agent could sign it in the booking's time; a few are impossible. */
function reading(world: World, rng: Rng, { made, handed }: Handed, ahead: readonly number[]) {
  const { opens, closes } = momentsOf(made);
  const newest = rng.pick([handed.cosigned.seq, handed.alone?.seq ?? handed.cosigned.seq]);
  const span = closes - opens;
  const beganAt = opens + rng.mostly(Math.floor((span * (rng.next() % 500)) / 1_000), 2, [-1]);
  const timeSec = Math.floor(((opens + span - beganAt) * (rng.next() + 1)) / 1_000);
  const endedAt = rng.mostly(beganAt + timeSec, 4, [closes, closes + 1, beganAt - 1, beganAt]);
  const limitWh = Math.max(
    0,
    Math.floor((Number(made.terms.metering.maxPowerW) * (endedAt - beganAt)) / 3_600),
  );
  const usualWh = Math.floor((limitWh * rng.next()) / 1_000);
  // The first reading of a charge is of 0 Wh, with the initial unsigned limit.
  const plainWh = handed.cosigned.seq === 0 && rng.chance(25) ? 0 : usualWh;
  const since = Math.max(0, world.nowSec - closes);
  return {
    seq: Math.max(0, newest + rng.mostly(rng.pick(ahead), 14, [0, 0, -1])),
    energyWh: rng.mostly(plainWh, 10, [0, limitWh, limitWh + 1, 2_000_000_000]),
    beganAt,
    endedAt,
    overstaySec: rng.pick([0, 0, since, Math.min(60, since), 0, since === 0 ? 0 : since + 1]),
    malformed: rng.chance(1),
  };
}

export function claimNoShow(world: World, rng: Rng): calls.ClaimNoShow {
  const handed = bookingAtSuitableTime(world, rng, 'claimNoShow');
  const agentSigner = rng.mostly(handed.made.agent, 3, ['stranger']);
  return { kind: 'claimNoShow', sender: anyone(rng), ...handed, agentSigner };
}

export function arrived(world: World, rng: Rng): calls.Arrived {
  const handed = bookingAtSuitableTime(world, rng, 'arrived');
  return { kind: 'arrived', ...handed, ...authorized(rng, [handed.made.driver, handed.made.session]) };
}

export function challenge(world: World, rng: Rng): calls.Challenge {
  const handed = bookingAtSuitableTime(world, rng, 'challenge');
  return { kind: 'challenge', ...handed, ...authorized(rng, [handed.made.driver, handed.made.session]) };
}

export function cancelByDriver(world: World, rng: Rng): calls.CancelByDriver {
  const handed = handedFor(world, rng, 'cancelByDriver');
  // Before `cancelBy` it costs nothing, so time does not pass in half of the cases.
  if (rng.next() % 2 === 1) moveInto(world, rng, spanOf('cancelByDriver', handed));
  const late = world.nowSec >= momentsOf(handed.made).cancelBy;
  const paysLateFee = rng.mostly(late, 4, [!late]);
  return { kind: 'cancelByDriver', ...handed, ...authorized(rng, [handed.made.driver]), paysLateFee };
}

export function cancelByHost(world: World, rng: Rng): calls.CancelByHost {
  const handed = handedFor(world, rng, 'cancelByHost');
  if (rng.next() % 2 === 1) moveInto(world, rng, spanOf('cancelByHost', handed));
  const agreedBy = rng.mostly<string | null>(handed.made.session, 20, [null, handed.made.driver]);
  return { kind: 'cancelByHost', ...handed, ...authorized(rng, [handed.made.host]), agreedBy };
}

const FLAWS = ['otherBooking', 'otherMeter', 'flagged', 'cut'] as const;

export function prove(world: World, rng: Rng): calls.Prove {
  const { made, handed } = bookingAtSuitableTime(world, rng, 'prove');
  const claimedWh = handed.alone?.energyWh ?? 0;
  const best = handed.bestProofWh;
  const proven = rng.pick([
    Math.floor(claimedWh / 2),
    claimedWh,
    Math.floor(claimedWh / 3),
    best + 1,
    claimedWh - 1,
    best,
    best,
    claimedWh + 7,
  ]);
  return {
    kind: 'prove',
    sender: anyone(rng),
    made,
    handed,
    provenWh: Math.max(0, proven),
    flaw: rng.mostly<calls.Flaw>('none', 20, FLAWS),
    knowsSecret: !rng.chance(3),
    pinnedKey: !rng.chance(12),
  };
}

export const end =
  (kind: 'finalise' | 'expire') =>
  (world: World, rng: Rng): calls.End => ({
    kind,
    sender: anyone(rng),
    ...bookingAtSuitableTime(world, rng, kind),
  });
