import { isoTime } from '../../lib/iso-time.ts';

const DAY_SEC = 86_400;

/** Lengths of a bucket: an hour to a quarter of a year, and years. */
const LENGTHS_SEC = [900, 3_600, DAY_SEC, 7 * DAY_SEC, 28 * DAY_SEC, 91 * DAY_SEC, 364 * DAY_SEC];

const MOST_BUCKETS = 60;

/** Equal parts of a time, unix seconds. */
export interface Buckets {
  from: number;
  lengthSec: number;
  count: number;
}

/** The shortest buckets of which not too many cover the time. */
export function bucketsOf(from: number, until: number): Buckets {
  const lengthSec =
    LENGTHS_SEC.find((length) => (until - from) / length < MOST_BUCKETS - 1) ?? 3_640 * DAY_SEC;
  const first = Math.floor(from / lengthSec) * lengthSec;
  return { from: first, lengthSec, count: Math.floor((until - first) / lengthSec) + 1 };
}

export const indexOf = ({ from, lengthSec, count }: Buckets, at: number): number =>
  Math.min(count - 1, Math.max(0, Math.floor((at - from) / lengthSec)));

export const beginOf = ({ from, lengthSec }: Buckets, index: number): number => from + index * lengthSec;

/** The begin of a bucket as an axis has it: the day, and the time where buckets are shorter than one. */
export function bucketText(buckets: Buckets, index: number): string {
  const text = isoTime(beginOf(buckets, index));
  return buckets.lengthSec < DAY_SEC ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(0, 10);
}

/** How long a bucket is, in words. */
export function lengthText({ lengthSec }: Buckets): string {
  if (lengthSec < 3_600) return `${lengthSec / 60} minutes`;
  if (lengthSec < DAY_SEC) return 'hour';
  return lengthSec === DAY_SEC ? 'day' : `${lengthSec / DAY_SEC} days`;
}
