import type * as calls from '../calls.ts';
import type { Rng } from '../rng.ts';
import { momentsOf } from '../times.ts';
import type { World } from '../world.ts';
import type { Handed } from './open-booking.ts';

const SLOT_SEC = 900;

/** Raised to what was co-signed where it is below: energy and overstay, and time by an earlier begin. */
export function noLess(drawn: calls.SignedReading, { handed }: Handed): calls.SignedReading {
  const { energyWh, timeSec, overstaySec } = handed.cosigned;
  return {
    ...drawn,
    energyWh: Math.max(drawn.energyWh, energyWh),
    beganAt: Math.min(drawn.beganAt, drawn.endedAt - timeSec),
    overstaySec: Math.max(drawn.overstaySec, overstaySec),
  };
}

/** Thousandths of the time that has passed, and of the listed power. */
interface Share {
  from: number;
  to: number;
}
export const WHOLE: Share = { from: 0, to: 1_000 };
export const MIDDLE: Share = { from: 300, to: 800 };
export const MOST: Share = { from: 700, to: 1_000 };

const drawnOf = (rng: Rng, { from, to }: Share, whole: number): number =>
  Math.floor((whole * (from + ((to - from) * (rng.next() + 1)) / 1_000)) / 1_000);

/** A reading as an agent could sign it in the booking's time; a few are impossible. */
export function reading(
  world: World,
  rng: Rng,
  { made, handed }: Handed,
  ahead: readonly number[],
  share = WHOLE,
) {
  if (rng.isHonest) return honestReading(world, rng, { made, handed }, ahead, share);
  const { opens, closes } = momentsOf(made);
  const newest = rng.pick([handed.cosigned.seq, handed.alone?.seq ?? handed.cosigned.seq]);
  const passed = Math.max(1, Math.min(closes, world.nowSec) - opens);
  const beganAt = opens + rng.mostly(Math.floor((passed * (rng.next() % 300)) / 1_000), 2, [-1]);
  const timeSec = drawnOf(rng, share, opens + passed - beganAt);
  const endedAt = rng.mostly(beganAt + timeSec, 4, [closes, world.nowSec + 1, beganAt - 1, beganAt]);
  const limitWh = Math.max(
    0,
    Math.floor((Number(made.terms.metering.maxPowerW) * (endedAt - beganAt)) / 3_600),
  );
  const usualWh = drawnOf(rng, share, limitWh);
  // The first reading of a charge is of 0 Wh.
  const plainWh = handed.cosigned.seq === 0 && rng.chance(15) ? 0 : usualWh;
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

/** Within the booked slots and never less than what was co-signed, so that no two sessions of a charger overlap. */
export function honestReading(
  world: World,
  rng: Rng,
  { made, handed }: Handed,
  ahead: readonly number[],
  share: Share,
) {
  const { start, closes } = momentsOf(made);
  const end = start + made.booking.slotCount * SLOT_SEC;
  const { seq, energyWh, timeSec, overstaySec } = handed.cosigned;
  const endedAt = Math.min(end, world.nowSec);
  const passed = Math.max(timeSec, drawnOf(rng, share, Math.max(0, endedAt - start)));
  const limitWh = Math.floor((Number(made.terms.metering.maxPowerW) * passed) / 3_600);
  const since = Math.max(0, world.nowSec - closes);
  return {
    seq: Math.max(seq, handed.alone?.seq ?? 0) + rng.pick(ahead),
    energyWh: Math.max(energyWh, drawnOf(rng, share, limitWh)),
    beganAt: endedAt - passed,
    endedAt,
    overstaySec: Math.max(overstaySec, rng.pick([0, 0, since, Math.min(60, since)])),
    malformed: false,
  };
}
