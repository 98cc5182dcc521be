import type { WeeklyHours } from '../../../protocol/hours.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const HOURS_PER_DAY = 24;
const ALL = (1n << 168n) - 1n;

/** Open spans of one weekday (Monday = 0) in local hours, for instance `8–20`. */
function spansOf(mask: bigint, weekday: number): string {
  const open = (hour: number) => ((mask >> BigInt(weekday * HOURS_PER_DAY + hour)) & 1n) === 1n;
  const spans: string[] = [];
  for (let hour = 0; hour < HOURS_PER_DAY; hour += 1) {
    if (!open(hour)) continue;
    const from = hour;
    while (hour < HOURS_PER_DAY && open(hour)) hour += 1;
    spans.push(from === 0 && hour === HOURS_PER_DAY ? 'all day' : `${from}–${hour}`);
  }
  return spans.join(', ');
}

/** Weekly hours as a sentence; consecutive days with the same hours are joined. */
export function hoursWords({ mask }: WeeklyHours): string {
  if (mask === ALL) return 'Always open.';
  if (mask === 0n) return 'Always closed.';
  const groups: { from: number; to: number; spans: string }[] = [];
  for (let day = 0; day < DAYS.length; day += 1) {
    const spans = spansOf(mask, day);
    const last = groups.at(-1);
    if (last?.spans === spans) last.to = day;
    else groups.push({ from: day, to: day, spans });
  }
  const words = groups
    .filter(({ spans }) => spans !== '')
    .map(({ from, to, spans }) => `${DAYS[from]}${to > from ? `–${DAYS[to]}` : ''} ${spans}`);
  return `Open ${words.join('; ')} (charger’s local time).`;
}
