import type { Address, Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { LedgerNode } from '../../protocol/ledger/node.ts';
import type { Db } from '../db.ts';
import { type IndexRules, lowerAddress } from './events.ts';
import { storedHash } from './ledger-blocks.ts';
import { readLedger, rollBackWithin } from './versions.ts';

export interface Identity {
  chainId: number;
  genesisHash: Hex;
  market: Address;
}

type StoredLedger = NonNullable<Awaited<ReturnType<typeof readLedger>>>;

/**
 * Reads which ledger a node is of, and compares it with the one that this database indexes.
 *
 * @throws PlugpactError `ledger.noMarket` or `ledger.another`; with `retry` "later" where the node seems not to have all of
 * the ledger yet.
 */
export async function checkIdentity(db: Db, node: LedgerNode, market: Address): Promise<Identity> {
  const stored = await readLedger(db);
  const [chainId, genesis, code] = await Promise.all([
    node.client.getChainId(),
    node.header(0),
    node.client.getCode({ address: market }),
  ]);
  if (genesis === undefined) throw isSyncing('no block 0');
  const found = { chainId, genesisHash: genesis.hash, market: lowerAddress(market) };
  for (const key of ['chainId', 'genesisHash'] as const) {
    if (stored !== undefined && stored[key] !== found[key]) {
      throw anotherLedger(key, String(found[key]), String(stored[key]));
    }
  }
  if (code !== undefined) return found;
  if (stored?.market === found.market && (await mayLackState(db, node, stored))) {
    throw isSyncing(`no code at ${market}`);
  }
  throw noMarket(market, chainId);
}

/** Whether a node without the market's code is one that does not have the state of the indexed ledger yet. */
async function mayLackState(db: Db, node: LedgerNode, { indexedTo }: StoredLedger): Promise<boolean> {
  if ((await node.head()).number < indexedTo) return true;
  const tip = await storedHash(db, indexedTo);
  return tip !== undefined && (await node.header(indexedTo))?.hash === tip;
}

/**
 * Stores the ledger's identity on first contact. Another market on it, or another deployment block, empties the index and
 * restarts it there.
 */
export async function adoptLedger(
  db: Db,
  found: Identity,
  { deployBlock, rules }: { deployBlock: number; rules: IndexRules },
): Promise<void> {
  const stored = await readLedger(db);
  const start = { deployBlock, indexedTo: deployBlock - 1, verifiedTo: deployBlock - 1, contradiction: null };
  if (stored === undefined) {
    await db
      .insertInto('ledger')
      .values({ id: 1, ...found, ...start })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    return;
  }
  const { market } = found;
  if (stored.market === market && stored.deployBlock === deployBlock) return;
  await db.transaction().execute(async (tx) => {
    await rollBackWithin(tx, -1, rules);
    await tx
      .updateTable('ledger')
      .set({ market, ...start })
      .execute();
  });
}

const noMarket = (market: Address, chainId: number): PlugpactError =>
  new PlugpactError({
    code: 'ledger.noMarket',
    value: `MARKET_ADDRESS = ${market} on chain ${chainId}`,
    rule: 'The market must be a contract on the ledger behind RPC_URL.',
    remedy: 'Correct MARKET_ADDRESS or RPC_URL, or deploy the market with npm run deploy.',
  });

const anotherLedger = (key: keyof Identity, found: string, stored: string): PlugpactError =>
  new PlugpactError({
    code: 'ledger.another',
    value: `${key} ${found}, indexed before: ${stored}`,
    rule: 'A database holds the index of one ledger.',
    remedy: 'Set RPC_URL to the ledger indexed before, or DATABASE_FILE to a new file.',
  });

const isSyncing = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'ledger.syncing',
    value,
    rule: 'The node must have the whole ledger with its present state.',
    remedy: 'Wait until the node is synchronised, or name another one in RPC_URL as well.',
    retry: 'later',
  });
