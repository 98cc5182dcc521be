/** Unix seconds as a field of a browser takes them, by the reader's clock: `2026-11-30T18:00`. */
export function localText(unixSec: number): string {
  const date = new Date(unixSec * 1_000);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Unix seconds of such a text; undefined where it is none. */
export function unixOf(text: string): number | undefined {
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1_000);
}

/** The next time at which the reader's clock shows this time of day, `18:30`. */
export function nextAt(text: string, nowSec: number): number | undefined {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number);
  if (Number.isNaN(hours + minutes)) return undefined;
  const date = new Date(nowSec * 1_000);
  date.setHours(hours, minutes, 0, 0);
  if (date.getTime() / 1_000 <= nowSec) date.setDate(date.getDate() + 1);
  return Math.floor(date.getTime() / 1_000);
}
