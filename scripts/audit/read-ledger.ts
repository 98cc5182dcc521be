import { type Address, createPublicClient, erc20Abi, http, type PublicClient } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Book, MarketConstants } from './book.ts';
import type { Holdings } from './compare.ts';
import { unreadable } from './errors.ts';
import type { RawLog } from './events.ts';
import { inChunks, readLogs } from './read-logs.ts';

/** JSON-RPC calls that travel together. */
const BATCH_SIZE = 100;

export const ledgerClient = (rpcUrl: string): PublicClient =>
  createPublicClient({ transport: http(rpcUrl, { batch: { batchSize: BATCH_SIZE }, retryCount: 2 }) });

/** One block of the ledger, at which everything is read. */
export interface Pin {
  blockNumber: bigint;
  blockHash: `0x${string}`;
}

/** What the logs and constants say, before anything is recomputed. */
export interface LedgerReading {
  pin: Pin;
  constants: MarketConstants;
  token: { address: Address; symbol: string; decimals: number };
  logs: RawLog[];
}

/**
 * Reads the market's constants and all its logs up to the newest block, which is thereby pinned.
 *
 * @throws PlugpactError `audit.unreadable` when the node does not answer, `audit.noMarket` when there is none.
 */
export async function readLedger(client: PublicClient, market: Address): Promise<LedgerReading> {
  const pin = await pinNewest(client);
  await requireCode(client, market, pin);
  const at = { blockNumber: pin.blockNumber };
  const read = <Name extends 'TOKEN' | 'REPORT_SEC' | 'CHALLENGE_SEC' | 'PROOF_SEC' | 'BOND_MAX'>(
    functionName: Name,
  ) => client.readContract({ address: market, abi: plugpactMarketAbi, functionName, ...at });
  const [chainId, address, report, challenge, proof, bondMax] = await Promise.all([
    client.getChainId(),
    read('TOKEN'),
    read('REPORT_SEC'),
    read('CHALLENGE_SEC'),
    read('PROOF_SEC'),
    read('BOND_MAX'),
  ]).catch((error: unknown) => {
    throw noMarket(market, error);
  });
  const windows = { reportSec: Number(report), challengeSec: Number(challenge), proofSec: Number(proof) };
  const [symbol, decimals, logs] = await Promise.all([
    client.readContract({ address: address as Address, abi: erc20Abi, functionName: 'symbol' }),
    client.readContract({ address: address as Address, abi: erc20Abi, functionName: 'decimals' }),
    readLogs(client, { address: market, until: pin.blockNumber }),
  ]);
  return {
    pin,
    constants: { chainId, market, windows, bondMax: bondMax as bigint },
    token: { address: address as Address, symbol, decimals },
    logs,
  };
}

async function pinNewest(client: PublicClient): Promise<Pin> {
  const block = await client.getBlock().catch((error: unknown) => {
    throw unreadable('the newest block', error);
  });
  return { blockNumber: block.number, blockHash: block.hash };
}

async function requireCode(client: PublicClient, market: Address, { blockNumber }: Pin): Promise<void> {
  const code = await client.getCode({ address: market, blockNumber });
  if (code === undefined) throw noMarket(market);
}

function noMarket(market: Address, cause?: unknown): PlugpactError {
  const detail = {
    code: 'audit.noMarket',
    value: market,
    rule: 'The address after --market must be a Plugpact market on the ledger behind --rpc.',
    remedy: 'Take the address that the deployment printed, and the RPC address of the same network.',
  };
  return new PlugpactError(detail, cause === undefined ? undefined : { cause });
}

/** What the market's storage holds for every account in the book, at the pinned block. */
export async function readHoldings(
  client: PublicClient,
  { pin, constants, token }: LedgerReading,
  book: Book,
): Promise<Holdings> {
  const at = { abi: plugpactMarketAbi, address: constants.market, blockNumber: pin.blockNumber } as const;
  const purses = await inChunks([...book.purses], async ([key, { account, purse }]) => {
    const args = [account, purse] as const;
    const [balance, tail] = await client.readContract({ ...at, functionName: 'purseOf', args });
    return [key, { balance, tail }] as const;
  });
  const earnings = await inChunks([...book.earnings], async ([key, { listingId, host }]) => {
    const args = [listingId, host] as const;
    const [earned, soldWh, sessions] = await client.readContract({ ...at, functionName: 'earningsOf', args });
    return [key, { earned, soldWh, sessions }] as const;
  });
  const listings = await inChunks([...book.listings.keys()], async (listingId) => {
    return [
      listingId,
      await client.readContract({ ...at, functionName: 'listingOf', args: [listingId] }),
    ] as const;
  });
  const tokenBalance = await client.readContract({
    address: token.address,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [constants.market],
    blockNumber: pin.blockNumber,
  });
  return { purses: new Map(purses), earnings: new Map(earnings), listings: new Map(listings), tokenBalance };
}

/** What was read must still be the ledger's: a reorganisation meanwhile would mix two histories. */
export async function requirePinned(client: PublicClient, { blockNumber, blockHash }: Pin): Promise<void> {
  const { hash } = await client.getBlock({ blockNumber });
  if (hash === blockHash) return;
  throw new PlugpactError({
    code: 'audit.reorganised',
    value: `block ${blockNumber}: ${blockHash}, now ${hash}`,
    rule: 'The ledger must not change under the audit.',
    remedy: 'Run the audit again.',
    retry: 'later',
  });
}
