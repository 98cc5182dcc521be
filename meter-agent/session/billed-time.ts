import type { RandomDelay, Session } from './types.ts';

/** The seconds of a delay that a transaction would be billed for. */
export const secondsOf = ({ since, latestAt }: RandomDelay, until: number): number =>
  Math.max(0, Math.min(until, latestAt) - since);

/** Seconds of the session that are not billed: its charge point delayed the power, as a law demands it. */
export const unbilledSecOf = ({ unbilledSec, randomDelay, transaction }: Session, at: number): number =>
  unbilledSec + (randomDelay === null || transaction === null ? 0 : secondsOf(randomDelay, at));
