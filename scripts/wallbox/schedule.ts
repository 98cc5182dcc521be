const VOLTAGE_V = 230;

interface SchedulePeriod {
  startPeriod: number;
  limit: number;
  numberPhases?: number | undefined;
}

interface ScheduleParams {
  startSchedule?: string | undefined;
  duration?: number | undefined;
  chargingRateUnit: 'A' | 'W';
  chargingSchedulePeriod: SchedulePeriod[];
}

/** What OCPP 1.6 (section 7.8) and 2.0.1 (section 2.12) have in common in a charging profile. */
export interface ProfileParams {
  transactionId?: number | string | undefined;
  chargingProfilePurpose: string;
  chargingProfileKind: 'Absolute' | 'Recurring' | 'Relative';
  validFrom?: string | undefined;
  validTo?: string | undefined;
  /** One schedule in 1.6, a list of up to three in 2.0.1. */
  chargingSchedule: ScheduleParams | ScheduleParams[];
}

/** A profile as the wallbox stores it: limits by time. Times are unix milliseconds. */
export interface Schedule {
  /** Undefined: relative to the transaction's start (`Relative`). */
  startsAt: number | undefined;
  endsAt: number;
  periods: { startsMs: number; limitW: number }[];
}

const timeOf = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Date.parse(text);

/** Reads a profile; undefined when the wallbox does not support it. `phases` of the wallbox. */
export function scheduleOf(profile: ProfileParams, phases: number, nowMs: number): Schedule | undefined {
  const schedule = [profile.chargingSchedule].flat()[0];
  if (schedule === undefined || profile.chargingProfileKind === 'Recurring') return undefined;
  const { chargingRateUnit, chargingSchedulePeriod, startSchedule, duration } = schedule;
  if (chargingSchedulePeriod[0]?.startPeriod !== 0) return undefined;
  const isRelative = profile.chargingProfileKind === 'Relative';
  const startsAt = isRelative ? undefined : timeOf(startSchedule, nowMs);
  const lastsUntil =
    duration === undefined || startsAt === undefined ? Number.POSITIVE_INFINITY : startsAt + duration * 1_000;
  return {
    startsAt,
    endsAt: Math.min(lastsUntil, timeOf(profile.validTo, Number.POSITIVE_INFINITY)),
    periods: chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases = phases }) => ({
      startsMs: startPeriod * 1_000,
      limitW: chargingRateUnit === 'W' ? limit : limit * VOLTAGE_V * numberPhases,
    })),
  };
}

/** Present limit in W; infinite before the schedule begins and after it ends. */
export function limitWAt(schedule: Schedule | undefined, nowMs: number, transactionStartMs: number): number {
  if (schedule === undefined || nowMs >= schedule.endsAt) return Number.POSITIVE_INFINITY;
  const elapsedMs = nowMs - (schedule.startsAt ?? transactionStartMs);
  const period = schedule.periods.findLast(({ startsMs }) => startsMs <= elapsedMs);
  return period?.limitW ?? Number.POSITIVE_INFINITY;
}
