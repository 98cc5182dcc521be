import type { Address, Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Db } from '../db.ts';
import type { LedgerClient } from './client.ts';
import { lowerAddress, type Touched } from './events.ts';
import { readLedger, rollBack } from './versions.ts';

interface Identity {
  chainId: number;
  genesisHash: Hex;
  market: Address;
}

/**
 * Checks that the ledger is the one that this database indexes, and stores its identity on first contact. Another market
 * on it, or another deployment block, empties the index and restarts it there.
 *
 * @throws PlugpactError `ledger.noMarket` or `ledger.another`; trying again does not help.
 */
export async function checkLedger(
  db: Db,
  client: LedgerClient,
  configured: { market: Address; deployBlock: number },
): Promise<void> {
  const found = await identify(client, configured.market);
  const stored = await readLedger(db);
  if (stored === undefined) {
    const { deployBlock } = configured;
    await db
      .insertInto('ledger')
      .values({ id: 1, ...found, deployBlock, indexedTo: deployBlock - 1 })
      .execute();
    return;
  }
  for (const key of ['chainId', 'genesisHash'] as const) {
    if (stored[key] !== found[key]) throw anotherLedger(key, String(found[key]), String(stored[key]));
  }
  const { market } = found;
  const { deployBlock } = configured;
  if (stored.market !== market || stored.deployBlock !== deployBlock)
    await restartIndex(db, { market, deployBlock });
}

async function identify(client: LedgerClient, market: Address): Promise<Identity> {
  const [chainId, genesis, code] = await Promise.all([
    client.getChainId(),
    client.getBlock({ blockNumber: 0n }),
    client.getCode({ address: market }),
  ]);
  if (code === undefined) {
    throw new PlugpactError({
      code: 'ledger.noMarket',
      value: `MARKET_ADDRESS = ${market} on chain ${chainId}`,
      rule: 'The market must be a contract on the ledger behind RPC_URL.',
      remedy: 'Correct MARKET_ADDRESS or RPC_URL, or deploy the market with npm run deploy.',
    });
  }
  return { chainId, genesisHash: genesis.hash, market: lowerAddress(market) };
}

function anotherLedger(key: keyof Identity, found: string, stored: string): PlugpactError {
  return new PlugpactError({
    code: 'ledger.another',
    value: `${key} ${found}, indexed before: ${stored}`,
    rule: 'A database holds the index of one ledger.',
    remedy: 'Set RPC_URL to the ledger indexed before, or DATABASE_FILE to a new file.',
  });
}

async function restartIndex(
  db: Db,
  { market, deployBlock }: { market: Address; deployBlock: number },
): Promise<void> {
  const touched: Touched = { listings: new Set(), bookings: new Set() };
  await db.transaction().execute(async (tx) => {
    await rollBack(tx, -1, touched);
    await tx
      .updateTable('ledger')
      .set({ market, deployBlock, indexedTo: deployBlock - 1 })
      .execute();
  });
}
