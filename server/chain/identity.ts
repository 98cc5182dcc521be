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
 * Makes sure that the ledger at hand is the one that this database follows, and remembers it the first time.
 * A market that turns out to begin at another block makes the index begin anew.
 *
 * @throws PlugpactError `ledger.noMarket` or `ledger.another`, both for good.
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
  for (const key of ['chainId', 'genesisHash', 'market'] as const) {
    if (stored[key] !== found[key]) throw anotherLedger(key, String(found[key]), String(stored[key]));
  }
  if (stored.deployBlock !== configured.deployBlock) await beginAnew(db, configured.deployBlock);
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
    rule: 'A database follows one ledger and one market for all its life.',
    remedy:
      'Point RPC_URL and MARKET_ADDRESS back at the ledger indexed before, or set DATABASE_FILE to a new file.',
  });
}

async function beginAnew(db: Db, deployBlock: number): Promise<void> {
  const touched: Touched = { listings: new Set(), bookings: new Set() };
  await db.transaction().execute(async (tx) => {
    await rollBack(tx, -1, touched);
    await tx
      .updateTable('ledger')
      .set({ deployBlock, indexedTo: deployBlock - 1 })
      .execute();
  });
}
