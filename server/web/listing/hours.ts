/** Bits of the hours from `first` up to `last`, on the days that `onDay` accepts (Monday = 0). */
export function maskOf(onDay: (day: number) => boolean, first: number, last: number): bigint {
  let mask = 0n;
  for (let day = 0; day < 7; day += 1) {
    for (let hour = first; onDay(day) && hour < last; hour += 1) mask |= 1n << BigInt(day * 24 + hour);
  }
  return mask;
}

/** Presets of weekly hours, by name. */
export const HOUR_PRESETS = {
  Always: maskOf(() => true, 0, 24),
  Days: maskOf(() => true, 8, 20),
  'Working hours': maskOf((day) => day < 5, 8, 17),
  Weekends: maskOf((day) => day >= 5, 0, 24),
};
