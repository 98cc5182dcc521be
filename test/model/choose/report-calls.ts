import type * as calls from '../calls.ts';
import type { Dice } from '../rng.ts';
import { momentsOf } from '../times.ts';
import { RESERVED, type World } from '../world.ts';
import { type AboutOpen, type Handed, handedFor, moveInto, spanOf } from './open-booking.ts';

/** A booking that the call is about, at a moment that suits the call. */
function place(world: World, dice: Dice, kind: AboutOpen): Handed {
  const handed = handedFor(world, dice, kind);
  moveInto(world, dice, spanOf(kind, handed));
  return handed;
}

/** One of the accounts calls, or signed what a stranger carries; rarely neither. */
function spoken(dice: Dice, accounts: readonly string[]): { sender: string; signer: string | null } {
  const account = dice.pick(accounts);
  if (dice.odds(4)) return { sender: 'stranger', signer: dice.pick([null, 'stranger']) };
  return dice.next() % 2 === 0 ? { sender: account, signer: null } : { sender: 'relayer', signer: account };
}

const anyone = (dice: Dice): string => dice.pick(['relayer', 'stranger']);

export function report(kind: 'settle' | 'claim', purpose: 'settle' | 'claim' | 'replace' = kind) {
  return (world: World, dice: Dice): calls.Report => {
    const handed = place(world, dice, purpose);
    const isFinal = kind === 'settle' ? dice.mostly(true, 3, [false]) : dice.pick([false, true]);
    return {
      kind,
      sender: anyone(dice),
      ...handed,
      reading: { ...reading(world, dice, handed, [1, 2, 30]), isFinal },
      agentSigner: dice.mostly(handed.made.agent, 4, ['stranger']),
      sessionSigner: dice.mostly(handed.made.session, 4, ['stranger']),
    };
  };
}

/** Two settlements together, as if the bookings stood as they were booked. */
export function settleAll(world: World, dice: Dice): calls.SettleAll {
  const sender = anyone(dice);
  const items = [0, 1].map(() => ({ ...report('settle')(world, dice), sender, handed: RESERVED }));
  return { kind: 'settleAll', sender, items };
}

export const claimAlone =
  (purpose: 'claimAlone' | 'raise') =>
  (world: World, dice: Dice): calls.ClaimAlone => {
    const handed = place(world, dice, purpose);
    const isFinal = dice.mostly(true, 3, [false]);
    return {
      kind: 'claimAlone',
      sender: anyone(dice),
      ...handed,
      reading: { ...reading(world, dice, handed, [20, 1, 40]), isFinal },
      agentSigner: dice.mostly(handed.made.agent, 4, ['stranger']),
      knowsSecret: !dice.odds(3),
    };
  };

/** A reading as an agent could sign it in the booking's time, with a few that cannot be. */
function reading(world: World, dice: Dice, { made, handed }: Handed, ahead: readonly number[]) {
  const { opens, closes } = momentsOf(made);
  const newest = dice.pick([handed.cosigned.seq, handed.alone?.seq ?? handed.cosigned.seq]);
  const span = closes - opens;
  const beganAt = opens + dice.mostly(Math.floor((span * (dice.next() % 500)) / 1_000), 2, [-1]);
  const timeSec = Math.floor(((opens + span - beganAt) * (dice.next() + 1)) / 1_000);
  const endedAt = dice.mostly(beganAt + timeSec, 4, [closes, closes + 1, beganAt - 1, beganAt]);
  const limitWh = Math.max(
    0,
    Math.floor((Number(made.terms.metering.maxPowerW) * (endedAt - beganAt)) / 3_600),
  );
  const usualWh = Math.floor((limitWh * dice.next()) / 1_000);
  // The first reading of a charge is of nothing, and trusted differently.
  const plainWh = handed.cosigned.seq === 0 && dice.odds(25) ? 0 : usualWh;
  const since = Math.max(0, world.nowSec - closes);
  return {
    seq: Math.max(0, newest + dice.mostly(dice.pick(ahead), 14, [0, 0, -1])),
    energyWh: dice.mostly(plainWh, 10, [0, limitWh, limitWh + 1, 2_000_000_000]),
    beganAt,
    endedAt,
    overstaySec: dice.pick([0, 0, since, Math.min(60, since), 0, since === 0 ? 0 : since + 1]),
    malformed: dice.odds(1),
  };
}

export function claimNoShow(world: World, dice: Dice): calls.ClaimNoShow {
  const handed = place(world, dice, 'claimNoShow');
  const agentSigner = dice.mostly(handed.made.agent, 3, ['stranger']);
  return { kind: 'claimNoShow', sender: anyone(dice), ...handed, agentSigner };
}

export function arrived(world: World, dice: Dice): calls.Arrived {
  const handed = place(world, dice, 'arrived');
  return { kind: 'arrived', ...handed, ...spoken(dice, [handed.made.driver, handed.made.session]) };
}

export function challenge(world: World, dice: Dice): calls.Challenge {
  const handed = place(world, dice, 'challenge');
  return { kind: 'challenge', ...handed, ...spoken(dice, [handed.made.driver, handed.made.session]) };
}

export function cancelByDriver(world: World, dice: Dice): calls.CancelByDriver {
  const handed = handedFor(world, dice, 'cancelByDriver');
  // Before `cancelBy` it costs nothing, so that time stands still in half of the cases.
  if (dice.next() % 2 === 1) moveInto(world, dice, spanOf('cancelByDriver', handed));
  const late = world.nowSec >= momentsOf(handed.made).cancelBy;
  const paysLateFee = dice.mostly(late, 4, [!late]);
  return { kind: 'cancelByDriver', ...handed, ...spoken(dice, [handed.made.driver]), paysLateFee };
}

export function cancelByHost(world: World, dice: Dice): calls.CancelByHost {
  const handed = handedFor(world, dice, 'cancelByHost');
  if (dice.next() % 2 === 1) moveInto(world, dice, spanOf('cancelByHost', handed));
  const agreedBy = dice.mostly<string | null>(handed.made.session, 20, [null, handed.made.driver]);
  return { kind: 'cancelByHost', ...handed, ...spoken(dice, [handed.made.host]), agreedBy };
}

const FLAWS = ['otherBooking', 'otherMeter', 'flagged', 'cut'] as const;

export function prove(world: World, dice: Dice): calls.Prove {
  const { made, handed } = place(world, dice, 'prove');
  const claimedWh = handed.alone?.energyWh ?? 0;
  const best = handed.bestProofWh;
  const proven = dice.pick([
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
    sender: anyone(dice),
    made,
    handed,
    provenWh: Math.max(0, proven),
    flaw: dice.mostly<calls.Flaw>('none', 20, FLAWS),
    knowsSecret: !dice.odds(3),
    pinnedKey: !dice.odds(12),
  };
}

export const end =
  (kind: 'finalise' | 'expire') =>
  (world: World, dice: Dice): calls.End => ({ kind, sender: anyone(dice), ...place(world, dice, kind) });
