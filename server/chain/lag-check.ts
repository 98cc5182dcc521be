import type { Logger } from 'pino';
import type { LedgerHeader } from '../../protocol/ledger/answers.ts';
import type { LedgerNodes } from '../../protocol/ledger/nodes.ts';

/** How often the head of another node is looked at. */
const COMPARE_EACH_MS = 10_000;
/** A node that is this many blocks behind another, twice in a row, is not read from any more. */
const LAG_BLOCKS = 8;

/**
 * Compares, from time to time, the present node's head with that of the next one. A node that stands still cannot be told
 * from a ledger that does, by its own answers.
 *
 * @returns A function of the present head, true when the next node was moved to.
 */
export function createLagCheck(nodes: LedgerNodes, log: Logger): (head: LedgerHeader) => Promise<boolean> {
  let comparedMs = performance.now();
  let lags = 0;
  return async ({ number }) => {
    if (nodes.all.length === 1 || performance.now() - comparedMs < COMPARE_EACH_MS) return false;
    comparedMs = performance.now();
    const other = await nodes.other.head().catch(() => undefined);
    lags = other !== undefined && other.number - number >= LAG_BLOCKS ? lags + 1 : 0;
    if (lags < 2) return false;
    log.warn({ node: nodes.current.host, head: number, other: other?.number }, 'a node lags behind another');
    lags = 0;
    nodes.next();
    return true;
  };
}
