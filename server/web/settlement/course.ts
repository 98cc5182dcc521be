import type { Hex } from 'viem';
import { isUnclaimed, stateName } from '../../../protocol/state.ts';
import { deadlineOf, type OpenBooking, timesOfOpen } from './acts.ts';
import type { StoryEvent, StoryEventName } from './ledgerStory.ts';

/** Times that still come, or have come without a call. */
export type MomentName = 'freeUntil' | 'opens' | 'end' | 'reportBy' | 'windowEnd' | 'proofEnd';

/** A line of a booking's course. `isClock`: the next deadline, which the page counts down to. */
export interface CourseLine {
  name: StoryEventName | MomentName;
  /** Unix seconds. */
  at: number;
  isPast: boolean;
  isClock: boolean;
  transactionHash?: Hex;
}

/** Times of the booking that matter in its state. */
function momentsOf(open: OpenBooking): [MomentName, number][] {
  const { freeUntil, opens, end, reportBy } = timesOfOpen(open);
  const name = stateName(open.state);
  if (!isUnclaimed(open.state)) return [[name === 'CHALLENGED' ? 'proofEnd' : 'windowEnd', deadlineOf(open)]];
  const moments: [MomentName, number][] = [
    ['opens', opens],
    ['end', end],
    ['reportBy', reportBy],
  ];
  return name === 'RESERVED' && freeUntil <= opens ? [['freeUntil', freeUntil], ...moments] : moments;
}

/** What happened to a booking and what comes, oldest first; the next time that comes has the clock. */
export function courseOf(
  open: OpenBooking | undefined,
  story: readonly StoryEvent[],
  nowSec: number,
): CourseLine[] {
  const past = story.map((event): CourseLine => ({ ...event, isPast: true, isClock: false }));
  const moments = (open === undefined ? [] : momentsOf(open)).map(
    ([name, at]): CourseLine => ({ name, at, isPast: at <= nowSec, isClock: false }),
  );
  const next = moments.find(({ isPast }) => !isPast);
  if (next !== undefined) next.isClock = true;
  // An event and a moment of the same second: what was done comes first.
  return [...past, ...moments].sort((a, b) => a.at - b.at);
}
