import type { WeeklyHours } from '../../../protocol/hours.ts';
import { LOCALE, t } from '../app/words.ts';

const DAYS = 7;
const HOURS_PER_DAY = 24;
const ALL = (1n << 168n) - 1n;

/** Names of the weekdays, Monday first: 5 January 1970 was one. */
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', timeZone: 'UTC' });
const dayName = (day: number): string => weekday.format((4 + day) * 86_400_000);

/** Open spans of one weekday (Monday = 0) in local hours, for instance `8–20`. */
function spansOf(mask: bigint, day: number): string {
  const open = (hour: number) => ((mask >> BigInt(day * HOURS_PER_DAY + hour)) & 1n) === 1n;
  const spans: string[] = [];
  for (let hour = 0; hour < HOURS_PER_DAY; hour += 1) {
    if (!open(hour)) continue;
    const from = hour;
    while (hour < HOURS_PER_DAY && open(hour)) hour += 1;
    spans.push(from === 0 && hour === HOURS_PER_DAY ? t('booking.hours.allDay') : `${from}–${hour}`);
  }
  return spans.join(', ');
}

/** Weekly hours as a sentence; consecutive days with the same hours are joined. */
export function hoursWords({ mask }: WeeklyHours): string {
  if (mask === ALL) return t('booking.hours.always');
  if (mask === 0n) return t('booking.hours.never');
  const groups: { from: number; to: number; spans: string }[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    const spans = spansOf(mask, day);
    const last = groups.at(-1);
    if (last?.spans === spans) last.to = day;
    else groups.push({ from: day, to: day, spans });
  }
  const spans = groups
    .filter((group) => group.spans !== '')
    .map(
      (group) =>
        `${dayName(group.from)}${group.to > group.from ? `–${dayName(group.to)}` : ''} ${group.spans}`,
    )
    .join('; ');
  return t('booking.hours.open', { spans });
}
