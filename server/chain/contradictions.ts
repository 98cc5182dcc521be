import { z } from 'zod';
import { FINALITY_BLOCKS } from '../../protocol/ledger/range.ts';
import type { Db } from '../db.ts';

const stored = z.object({
  /** `answer`: over once the blocks are indexed; `history`: once a second reading of them gives the same. */
  kind: z.enum(['answer', 'history']),
  fromBlock: z.int(),
  toBlock: z.int(),
  reason: z.string(),
  /** Unix seconds. */
  since: z.int(),
});

/** What nodes contradict each other about, while it lasts. In the database, so that every process can tell it. */
export type Contradiction = z.output<typeof stored>;

export function contradictionOf(ledger: { contradiction: string | null } | undefined): Contradiction | null {
  const text = ledger?.contradiction ?? null;
  return text === null ? null : stored.parse(JSON.parse(text));
}

export async function noteContradiction(db: Db, contradiction: Contradiction | null): Promise<void> {
  const text = contradiction === null ? null : JSON.stringify(contradiction);
  await db.updateTable('ledger').set({ contradiction: text }).execute();
}

/**
 * Whether what was read since then shows that it is over. Blocks near the head were held against their headers when they
 * were read again; a second reading of them comes when enough blocks are final.
 */
export function isOver(
  { kind, toBlock }: Contradiction,
  { indexedTo, verifiedTo }: { indexedTo: number; verifiedTo: number },
  head: number,
): boolean {
  if (indexedTo < toBlock) return false;
  if (kind === 'answer' || verifiedTo >= toBlock) return true;
  const finalTo = head - FINALITY_BLOCKS;
  return toBlock > finalTo || finalTo - verifiedTo < FINALITY_BLOCKS;
}
