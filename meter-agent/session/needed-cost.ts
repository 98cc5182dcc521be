import { allowedCostOf, costOf } from './money.ts';
import { endFigures, LATER_RHYTHM, usageOf } from './readings.ts';
import type { Session } from './types.ts';

/** The least energy of a raise: a step that is worth the driver's attention. */
const STEP_WH = 100;
/** A raise lasts for two reading intervals at listed power. */
const STEP_SEC = 2 * LATER_RHYTHM.timeSec;
/** Where time has a price, the figure rises once a minute. */
const ROUNDING_SEC = 60;

/** The cost of what has flowed and one more step, at most the cap less the overstay reserve. */
function nextStepCost(s: Session, at: number): bigint {
  const { limits, maxPowerW } = s.plan;
  const usage = usageOf(s, at);
  const energyWh = Math.max(STEP_WH, Math.ceil((maxPowerW * STEP_SEC) / 3_600));
  const timeSec = Math.max(STEP_SEC, Math.ceil((STEP_WH * 3_600) / maxPowerW));
  return costOf(limits, {
    ...usage,
    energyWh: usage.energyWh + energyWh,
    endedAt: usage.endedAt + timeSec,
  });
}

/**
 * What the driver must allow, or have co-signed, in token units, so that a charge that is paused at its bound goes on, or
 * a session that is over is paid in full; null while nothing is needed.
 */
export function neededCostOf(s: Session, at: number): bigint | null {
  const { pause, phase, lastReading, cosigned } = s;
  if ((phase === 'CHARGING' || phase === 'STARTING') && pause?.reason === 'UNSIGNED') {
    const rounds = Math.ceil(Math.max(0, at - pause.since) / ROUNDING_SEC);
    return nextStepCost(s, pause.since + rounds * ROUNDING_SEC);
  }
  if (phase === 'UNPLUGGING' && s.endedSince !== null) return costOf(s.plan.limits, endFigures(s, at));
  if (phase !== 'FINAL' || lastReading === null || lastReading.seq === cosigned?.seq) return null;
  return lastReading.cost > allowedCostOf(s) ? lastReading.cost : null;
}
