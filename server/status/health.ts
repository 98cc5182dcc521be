import { type Contradiction, contradictionOf } from '../chain/contradictions.ts';
import type { Progress } from '../chain/progress.ts';
import { readLedger } from '../chain/versions.ts';
import type { Services } from '../services.ts';

/** How the parts are that a server needs. */
export interface Health {
  database: { reachable: boolean };
  ledger: {
    reachable: boolean;
    chainId: number | null;
    head: number | null;
    /** Unix seconds. */
    headTimestamp: number | null;
  };
  index: {
    indexedTo: number | null;
    lagBlocks: number | null;
    verifiedTo: number | null;
    contradiction: Contradiction | null;
    progress: Progress | null;
  };
}

export async function healthOf({
  db,
  head,
  progress,
}: Pick<Services, 'db' | 'head' | 'progress'>): Promise<Health> {
  const seen = head();
  const read = await readLedger(db).then(
    (ledger) => ({ ledger }),
    () => undefined,
  );
  const ledger = read?.ledger;
  const indexedTo = ledger?.indexedTo ?? null;
  return {
    database: { reachable: read !== undefined },
    ledger: {
      reachable: seen !== undefined,
      chainId: ledger?.chainId ?? null,
      head: seen?.blockNumber ?? null,
      headTimestamp: seen?.blockTimestamp ?? null,
    },
    index: {
      indexedTo,
      lagBlocks: seen === undefined || indexedTo === null ? null : Math.max(0, seen.blockNumber - indexedTo),
      verifiedTo: ledger?.verifiedTo ?? null,
      contradiction: contradictionOf(ledger),
      progress: progress(),
    },
  };
}

/** Everything works: database, ledger, and nothing that nodes contradict each other about. */
export const isSound = ({ database, ledger, index }: Health): boolean =>
  database.reachable && ledger.reachable && index.contradiction === null;
