import type { Logger } from 'pino';
import { createTokenBucket, type Pace } from './token-bucket.ts';

/** So many lines of one kind a process writes about what others do wrong: else they could fill the disk. */
const PACE: Pace = { burst: 20, perSec: 0.2 };

export type FewLines = (fields: Record<string, unknown>, message: string) => void;

/** Warns at a bounded pace; the next line says how many were left out. */
export function createFewLines(log: Pick<Logger, 'warn'>, pace = PACE): FewLines {
  const isDue = createTokenBucket(pace);
  let leftOut = 0;
  return (fields, message) => {
    if (!isDue()) {
      leftOut += 1;
      return;
    }
    log.warn(leftOut === 0 ? fields : { ...fields, leftOut }, message);
    leftOut = 0;
  };
}
