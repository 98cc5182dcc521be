interface Charge {
  /** Energy that the driver asked for, and what has flowed, Wh. */
  needWh: number;
  energyWh: number;
  powerW: number;
  /** End of the booked time, and now, unix seconds. */
  end: number;
  nowSec: number;
}

/** Seconds until the need is in the car or the booked time is over; undefined while nothing flows and time is left. */
export function timeLeftSec({ needWh, energyWh, powerW, end, nowSec }: Charge): number | undefined {
  const untilEnd = Math.max(0, end - nowSec);
  const missingWh = Math.max(0, needWh - energyWh);
  if (untilEnd === 0 || missingWh === 0) return 0;
  if (powerW <= 0) return undefined;
  return Math.min(untilEnd, Math.ceil((missingWh * 3_600) / powerW));
}
