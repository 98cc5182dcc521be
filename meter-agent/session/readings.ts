import type { Usage } from '../../protocol/cost.ts';
import { unbilledSecOf } from './billed-time.ts';
import { costOf, flowBound } from './money.ts';
import { isPlugged } from './phases.ts';
import { deliveredWh, isRecovering } from './recovery.ts';
import type { Effect, Session } from './types.ts';

/** Interval of readings (rule 4) until the first co-signature above 0 Wh, and after it. */
const FIRST_RHYTHM = { energyWh: 25, timeSec: 10 };
export const LATER_RHYTHM = { energyWh: 250, timeSec: 60 };

/**
 * The booking's usage up to now. Billed energy keeps to listed power × time, so that it can always be claimed. A reading
 * has one time: what is not billed of it is taken from its beginning.
 */
export function usageOf(s: Session, at: number) {
  // While it is not known whether the cable is out, only the meter shows that time is used.
  const running = s.transaction !== null && s.phase === 'CHARGING' && s.unpluggedAt === null;
  const { closes } = s.plan.times;
  const until = Math.max(Math.min(running ? at : s.billedUntil, closes), s.lastReading?.endedAt ?? 0);
  // Of a delay only what lies within the billed time is taken from it.
  const beganAt = s.beganAt === null ? (s.stoppedAt ?? at) : s.beganAt + unbilledSecOf(s, until);
  const endedAt = Math.max(beganAt, s.beganAt === null ? (s.lastReading?.endedAt ?? 0) : until);
  const possibleWh = Math.floor((s.plan.maxPowerW * (endedAt - beganAt)) / 3_600);
  return { energyWh: Math.min(deliveredWh(s), possibleWh), beganAt, endedAt, overstaySec: 0 };
}

export function isReadingDue(s: Session, at: number): boolean {
  const { lastReading: last, cosigned } = s;
  if (isRecovering(s)) return false;
  if (last === null) return true;
  const usage = usageOf(s, at);
  const energyWh = usage.energyWh - last.energyWh;
  const timeSec = usage.endedAt - last.endedAt;
  const cost = costOf(s.plan.limits, usage) - last.cost;
  if (energyWh === 0 && cost === 0n) return false;
  // While power flows, one a second is enough.
  if (timeSec < 1 && s.phase === 'CHARGING') return false;
  const isPaused = s.pause?.reason === 'UNSIGNED' || s.pause?.reason === 'METER_SILENT';
  const isTrusted = cosigned !== null && cosigned.energyWh > 0 && !isPaused;
  const rhythm = isTrusted ? LATER_RHYTHM : FIRST_RHYTHM;
  // Before the bound is reached: a signature in time avoids a pause.
  const room = flowBound(s) - (cosigned?.cost ?? 0n);
  const quarter = !isPaused && cost * 4n >= room && cost > 0n;
  return energyWh >= rhythm.energyWh || timeSec >= rhythm.timeSec || quarter;
}

/** A reading with these figures, for the driver to co-sign. */
export function withReading(s: Session, usage: Usage, isFinal: boolean, effects: Effect[]): Session {
  effects.push({ do: 'reading', facts: { seq: s.nextSeq, ...usage, isFinal } });
  const cost = costOf(s.plan.limits, usage);
  const { energyWh, endedAt, overstaySec } = usage;
  return {
    ...s,
    nextSeq: s.nextSeq + 1,
    lastReading: { seq: s.nextSeq, energyWh, endedAt, overstaySec, cost },
  };
}

export const withRunningReading = (s: Session, at: number, effects: Effect[]): Session =>
  withReading(s, usageOf(s, at), false, effects);

/** The figures of a session in which no power flows any more, overstay included. */
export const endFigures = (s: Session, at: number): Usage => ({
  ...usageOf(s, at),
  overstaySec: Math.max(overstaySec(s, s.endedSince ?? at), s.recovery?.overstaySec ?? 0),
});

/** Seconds after `closes` in which the car was still there. */
function overstaySec(s: Session, at: number): number {
  if (s.beganAt === null || s.isFollowed || s.plan.limits.tariff.overstayPerHour === 0n) return 0;
  const until = s.unpluggedAt ?? (isPlugged(s) ? at : (s.stoppedAt ?? at));
  return Math.max(0, Math.min(until, at) - s.plan.times.closes);
}

/**
 * What the agent claims without the driver: never more than the charge point's own stops say, unless the driver has
 * co-signed more.
 */
export function confirmedFigures<U extends Usage>({ aboveStopWh, doneWh, cosigned }: Session, figures: U): U {
  if (aboveStopWh === 0) return figures;
  const mostWh = Math.max(cosigned?.energyWh ?? 0, doneWh - aboveStopWh);
  return { ...figures, energyWh: Math.min(figures.energyWh, mostWh) };
}
