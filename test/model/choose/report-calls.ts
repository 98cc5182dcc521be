import type * as calls from '../calls.ts';
import type { Rng } from '../rng.ts';
import { freeUntil } from '../times.ts';
import { type BookingState, isUnclaimed, reservedAt, type World } from '../world.ts';
import { honestReading, MIDDLE, MOST, noLess, reading, WHOLE } from './drawn-readings.ts';
import { type AboutOpen, type Handed, handedFor, hasClaim, moveInto, spanOf } from './open-booking.ts';

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

const cosigners = (rng: Rng, { made }: Handed) => ({
  agentSigner: rng.mostly(made.agent, 4, ['stranger']),
  sessionSigner: rng.mostly(made.session, 4, ['stranger']),
});

/** Mostly none. */
const perhapsGivenBack = (rng: Rng, handed: Handed): calls.GivenBack | null =>
  rng.chance(50) ? givenBack(rng, handed) : null;

function givenBack(rng: Rng, { made }: Handed): calls.GivenBack {
  const { firstSlot, slotCount } = made.booking;
  const own = [firstSlot, firstSlot + slotCount - 1];
  const fromSlot = rng.pick(rng.isHonest ? own : [...own, 0, firstSlot + slotCount, firstSlot + 1]);
  return { fromSlot, signer: rng.mostly(made.agent, 6, ['stranger']) };
}

export function settle(world: World, rng: Rng, purpose: 'settle' | 'settleAll' = 'settle'): calls.Settle {
  const { made, handed } = bookingAtSuitableTime(world, rng, purpose);
  const stated = !isUnclaimed(handed) || (purpose === 'settle' && rng.chance(15));
  const named = { made, handed: stated ? handed : unclaimed(handed) };
  return {
    kind: 'settle',
    sender: anyone(rng),
    ...named,
    reading: finalOf(rng, named, {
      ...reading(world, rng, named, [1, 2, 30]),
      isFinal: rng.mostly(true, 3, [false]),
    }),
    ...cosigners(rng, named),
    stated,
    givenBack: stated || purpose === 'settleAll' ? null : perhapsGivenBack(rng, named),
  };
}

/** An honest agent signs one final reading: that which it claimed alone, if it did. */
function finalOf(rng: Rng, { handed: { alone } }: Handed, drawn: calls.SignedReading): calls.SignedReading {
  return rng.isHonest && alone !== null ? { ...alone, isFinal: true, malformed: false } : drawn;
}

/** In a challenge: mostly the driver signs the very reading that was challenged. */
export function concede(world: World, rng: Rng): calls.Settle {
  const call = settle(world, rng);
  const { made, handed } = bookingAtSuitableTime(world, rng, 'concede');
  const { alone } = handed;
  // What was drawn may be of another booking; an honest agent signs none of that.
  const drawn = rng.isHonest ? honestReading(world, rng, { made, handed }, [1], WHOLE) : call.reading;
  const challenged =
    alone && !rng.chance(40)
      ? { ...alone, isFinal: true, malformed: false }
      : { ...drawn, isFinal: rng.isHonest || call.reading.isFinal };
  return {
    ...call,
    made,
    handed,
    reading: finalOf(rng, { made, handed }, challenged),
    ...cosigners(rng, { made, handed }),
    stated: true,
    givenBack: null,
  };
}

export const claim =
  (purpose: 'claim' | 'replace') =>
  (world: World, rng: Rng): calls.Claim => {
    const handed = bookingAtSuitableTime(world, rng, purpose);
    // Less than what the agent claims later, so that there is something to challenge.
    const share = purpose === 'claim' ? MIDDLE : WHOLE;
    return {
      kind: 'claim',
      sender: anyone(rng),
      ...handed,
      reading: { ...reading(world, rng, handed, [1, 2, 30], share), isFinal: rng.mostly(false, 3, [true]) },
      ...cosigners(rng, handed),
    };
  };

/** Two settlements together, as if nothing were claimed; sometimes both give slots back. */
export function settleAll(world: World, rng: Rng): calls.SettleAll {
  const sender = anyone(rng);
  const givesBack = rng.chance(40);
  const items = [0, 1].map(() => {
    const item = settle(world, rng, 'settleAll');
    const given = givesBack ? givenBack(rng, item) : null;
    return { ...item, sender, handed: unclaimed(item.handed), stated: false, givenBack: given };
  });
  return { kind: 'settleAll', sender, items };
}

export function settleAllAlone(world: World, rng: Rng): calls.SettleAllAlone {
  const sender = anyone(rng);
  const givesBack = rng.chance(40);
  const items = [0, 1].map(() => {
    const item = settleAlone(world, rng, 'settleAllAlone');
    const given = givesBack ? givenBack(rng, item) : null;
    return { ...item, sender, handed: unclaimed(item.handed), givenBack: given };
  });
  return { kind: 'settleAllAlone', sender, items };
}

/** The calls without a state name only the time of the booking. */
const unclaimed = (handed: BookingState): BookingState => reservedAt(handed.since);

export function settleAlone(
  world: World,
  rng: Rng,
  purpose: 'settleAlone' | 'settleAllAlone' = 'settleAlone',
): calls.SettleAlone {
  const handed = bookingAtSuitableTime(world, rng, purpose);
  const kind = 'settleAlone';
  const report = alone(world, rng, handed);
  return { kind, ...report, handed: unclaimed(handed.handed), givenBack: perhapsGivenBack(rng, handed) };
}

export const claimAlone =
  (purpose: 'claimAlone' | 'raise') =>
  (world: World, rng: Rng): calls.ClaimAlone => {
    const handed = bookingAtSuitableTime(world, rng, purpose);
    const { raise, ...report } = alone(world, rng, handed);
    return { kind: 'claimAlone', ...report, raise: purpose === 'raise' && rng.chance(60) ? null : raise };
  };

/** Mostly the claim of the agent once more, now with a raise: perhaps enough to settle it. */
export function allow(world: World, rng: Rng): calls.ClaimAlone {
  const handed = bookingAtSuitableTime(world, rng, 'allow');
  const drawn = alone(world, rng, handed);
  const { cap, allowedCost } = handed.made.booking.money;
  const claimed = handed.handed.alone;
  return {
    kind: 'claimAlone',
    ...drawn,
    reading:
      claimed && (rng.isHonest || !rng.chance(35))
        ? { ...claimed, isFinal: true, malformed: false }
        : drawn.reading,
    raise: {
      cost: rng.pick([cap, allowedCost + 1n, allowedCost, handed.handed.raisedCost + 10_000n]),
      signer: rng.mostly(handed.made.session, 6, ['stranger']),
    },
  };
}

/** The agent's final word with or without a raise. */
function alone(world: World, rng: Rng, handed: Handed) {
  const { made } = handed;
  const isFinal = rng.mostly(true, 3, [false]);
  const drawn = { ...reading(world, rng, handed, [20, 1, 40], MOST), isFinal };
  const { cap, allowedCost } = made.booking.money;
  const cost = rng.pick([cap, allowedCost + 200_000n, allowedCost / 2n + 1n, 50_000n, cap + 1n]);
  return {
    sender: anyone(rng),
    ...handed,
    reading: finalOf(rng, handed, hasClaim(handed) && !rng.chance(10) ? noLess(drawn, handed) : drawn),
    agentSigner: rng.mostly(made.agent, 4, ['stranger']),
    knowsSecret: !rng.chance(3),
    raise: rng.chance(40) ? { cost, signer: rng.mostly(made.session, 6, ['stranger']) } : null,
  };
}

export function claimNoShow(world: World, rng: Rng): calls.ClaimNoShow {
  const handed = bookingAtSuitableTime(world, rng, 'claimNoShow');
  const agentSigner = rng.mostly(handed.made.agent, 3, ['stranger']);
  return { kind: 'claimNoShow', sender: anyone(rng), ...handed, agentSigner };
}

export const arrived =
  (purpose: 'arrived' | 'deny') =>
  (world: World, rng: Rng): calls.Arrived => {
    const handed = bookingAtSuitableTime(world, rng, purpose);
    return { kind: 'arrived', ...handed, ...authorized(rng, [handed.made.driver, handed.made.session]) };
  };

export function challenge(world: World, rng: Rng): calls.Challenge {
  const handed = bookingAtSuitableTime(world, rng, 'challenge');
  return { kind: 'challenge', ...handed, ...authorized(rng, [handed.made.driver, handed.made.session]) };
}

export function cancelByDriver(world: World, rng: Rng): calls.CancelByDriver {
  const handed = handedFor(world, rng, 'cancelByDriver');
  // Early it costs nothing, so time does not pass in half of the cases.
  if (rng.next() % 2 === 1) moveInto(world, rng, spanOf('cancelByDriver', handed));
  const late = world.nowSec >= freeUntil(handed.made, handed.handed.since);
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
    flaw: rng.mostly<calls.Flaw>('none', 26, FLAWS),
    knowsSecret: !rng.chance(3),
    pinnedKey: !rng.chance(16),
  };
}

export const end =
  (kind: 'finalise' | 'expire') =>
  (world: World, rng: Rng): calls.End => ({
    kind,
    sender: anyone(rng),
    ...bookingAtSuitableTime(world, rng, kind),
  });
