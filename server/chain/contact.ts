import type { Address } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { LedgerNode } from '../../protocol/ledger/node.ts';
import type { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import type { Db } from '../db.ts';
import { checkIdentity, type Identity } from './identity.ts';
import { readLedger } from './versions.ts';

/** A wrong answer ends the server only when it was given this often, by all nodes and with no right one between. */
const CONFIRMING_ANSWERS = 5;

export interface ContactOptions {
  db: Db;
  nodes: LedgerNodes;
  market: Address;
  /** Called when the ledger answers, the first time and after each outage. */
  onContact(): Promise<void>;
}

export interface Contact {
  /**
   * Checks, where it was not checked since the last failure, that the present node is of the ledger.
   *
   * @param adopt What to do with its identity.
   * @throws PlugpactError, with `retry` "never" only where it is confirmed.
   */
  check(adopt: (found: Identity) => Promise<void>): Promise<void>;
  /** The node failed, or another one is read from: check again. */
  lost(): void;
}

/**
 * One wrong answer says little: a node may be synchronising, or a load balancer send one request to another chain. With
 * nothing indexed yet, the first answer of each node counts, since a wrong configuration is likelier then.
 */
export function createContact({ db, nodes, market, onContact }: ContactOptions): Contact {
  const wrong = new Map<LedgerNode, number>();
  let isChecked = false;
  const judged = async (node: LedgerNode, error: unknown): Promise<unknown> => {
    if (!(error instanceof PlugpactError) || error.retry !== 'never') return error;
    wrong.set(node, (wrong.get(node) ?? 0) + 1);
    const answers = [...wrong.values()].reduce((sum, n) => sum + n, 0);
    const isIndexed = (await readLedger(db)) !== undefined;
    const isConfirmed = wrong.size === nodes.all.length && answers >= (isIndexed ? CONFIRMING_ANSWERS : 1);
    return isConfirmed ? error : new PlugpactError({ ...error, retry: 'later' }, { cause: error });
  };
  return {
    async check(adopt) {
      if (isChecked) return;
      const node = nodes.current;
      try {
        await adopt(await checkIdentity(db, node, market));
        await onContact();
      } catch (error) {
        throw await judged(node, error);
      }
      wrong.clear();
      isChecked = true;
    },
    lost() {
      isChecked = false;
    },
  };
}
