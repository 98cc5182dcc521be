import {
  type Address,
  BaseError,
  createPublicClient,
  erc20Abi,
  HttpRequestError,
  http,
  type PublicClient,
  TimeoutError,
} from 'viem';
import type { AccountBook, MarketConstants } from '../accounting/account-book.ts';
import { calendarWords } from '../accounting/calendar.ts';
import { calendarKey, type Holdings } from '../accounting/compare.ts';
import { AuditError, unreadable } from '../lib/errors.ts';
import type { TokenTransfer } from '../money/transfers.ts';
import type { RawLog } from '../rules/events.ts';
import { MARKET_VIEWS } from '../rules/market-views.ts';
import { deploymentBlock, inChunks, readLogs, readTransfers } from './read-logs.ts';

/** JSON-RPC calls in one batch. */
const BATCH_SIZE = 100;

export const ledgerClient = (rpcUrl: string): PublicClient =>
  createPublicClient({ transport: http(rpcUrl, { batch: { batchSize: BATCH_SIZE }, retryCount: 2 }) });

/** The block at which everything is read. */
export interface Pin {
  blockNumber: bigint;
  blockHash: `0x${string}`;
  /** The block's time, unix seconds. */
  at: number;
}

/** The logs and constants, before anything is recomputed. */
export interface LedgerReading {
  pin: Pin;
  constants: MarketConstants;
  token: { address: Address; symbol: string; decimals: number };
  logs: RawLog[];
  /** Transfers of the token from and to the market. */
  transfers: TokenTransfer[];
}

/**
 * Reads the market's constants and all its logs up to the newest block, which becomes the pinned one.
 *
 * @throws AuditError `audit.unreadable` when the node does not answer, `audit.noMarket` when there is none.
 */
export async function readLedger(client: PublicClient, market: Address): Promise<LedgerReading> {
  const pin = await pinNewest(client);
  await requireCode(client, market, pin);
  const { constants, token } = await readConstants(client, market, pin).catch((error: unknown) => {
    throw isOfTransport(error) ? error : noMarket(market, error);
  });
  const span = { from: await deploymentBlock(client, market, pin.blockNumber), until: pin.blockNumber };
  const logs = await readLogs(client, { ...span, address: market });
  const transfers = await readTransfers(client, { ...span, address: token.address }, market);
  return { pin, constants, token, logs, transfers };
}

type ConstantName =
  | 'TOKEN'
  | 'REPORT_SEC'
  | 'CHALLENGE_SEC'
  | 'PROOF_SEC'
  | 'BOND_MAX'
  | 'FIRST_TRUST_MAX'
  | 'FORFEIT_MIN'
  | 'marketFee'
  | 'guardian';

async function readConstants(client: PublicClient, market: Address, { blockNumber }: Pin) {
  const at = { address: market, abi: MARKET_VIEWS, blockNumber } as const;
  const read = <Name extends ConstantName>(functionName: Name) =>
    client.readContract({ ...at, functionName });
  const [
    chainId,
    address,
    bondMax,
    firstTrustMax,
    forfeitMin,
    reportSec,
    challengeSec,
    proofSec,
    fee,
    guardian,
  ] = await Promise.all([
    client.getChainId(),
    read('TOKEN') as Promise<Address>,
    read('BOND_MAX') as Promise<bigint>,
    read('FIRST_TRUST_MAX') as Promise<bigint>,
    read('FORFEIT_MIN') as Promise<bigint>,
    read('REPORT_SEC').then(Number),
    read('CHALLENGE_SEC').then(Number),
    read('PROOF_SEC').then(Number),
    read('marketFee') as Promise<readonly [bigint, Address]>,
    read('guardian') as Promise<readonly [Address, bigint]>,
  ]);
  const token = { address, abi: erc20Abi } as const;
  const [symbol, decimals] = await Promise.all([
    client.readContract({ ...token, functionName: 'symbol' }),
    client.readContract({ ...token, functionName: 'decimals' }),
  ]);
  const windows = { reportSec, challengeSec, proofSec };
  const constants = {
    ...{ chainId, market, windows, bondMax, firstTrustMax, forfeitMin },
    fee: { basisPoints: fee[0], to: fee[1] },
    guardian: { account: guardian[0], endsAt: Number(guardian[1]) },
  };
  return { constants, token: { address, symbol, decimals } };
}

/** True if the node did not answer, so that nothing is known about the contract. */
const isOfTransport = (error: unknown): boolean =>
  error instanceof BaseError &&
  error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null;

async function pinNewest(client: PublicClient): Promise<Pin> {
  const block = await client.getBlock().catch((error: unknown) => {
    throw unreadable('the newest block', error);
  });
  return { blockNumber: block.number, blockHash: block.hash, at: Number(block.timestamp) };
}

async function requireCode(client: PublicClient, market: Address, { blockNumber }: Pin): Promise<void> {
  const code = await client.getCode({ address: market, blockNumber });
  if (code === undefined) throw noMarket(market);
}

function noMarket(market: Address, cause?: unknown): AuditError {
  const detail = {
    code: 'audit.noMarket',
    value: market,
    rule: 'The address after --market must be a Plugpact market on the ledger behind --rpc.',
    remedy: 'Take the address that the deployment printed, and the RPC address of the same network.',
  };
  return new AuditError(detail, cause === undefined ? undefined : { cause });
}

/** What the market's storage holds for every account in the book, at the pinned block. */
export async function readHoldings(
  client: PublicClient,
  { pin, constants, token }: LedgerReading,
  book: AccountBook,
): Promise<Holdings> {
  const { blockNumber } = pin;
  const at = { abi: MARKET_VIEWS, address: constants.market, blockNumber } as const;
  const ofToken = { abi: erc20Abi, address: token.address, blockNumber } as const;
  return {
    purses: await entries([...book.purses], async ([key, { account, purse }]) => {
      const args = [account, purse] as const;
      const [balance, tail] = await client.readContract({ ...at, functionName: 'purseOf', args });
      return [key, { balance, tail }];
    }),
    earnings: await entries([...book.earnings], async ([key, { listingId, host }]) => {
      const args = [listingId, host] as const;
      const [earned, soldWh, sessions] = await client.readContract({
        ...at,
        functionName: 'earningsOf',
        args,
      });
      return [key, { earned, soldWh, sessions }];
    }),
    listings: await entries([...book.listings.keys()], async (id) => {
      return [id, await client.readContract({ ...at, functionName: 'listingOf', args: [id] })];
    }),
    calendars: await entries(calendarWords(book), async ({ listingId, firstSlot }) => {
      const args = [listingId, BigInt(firstSlot)] as const;
      const word = await client.readContract({ ...at, functionName: 'calendarWordOf', args });
      return [calendarKey(listingId, firstSlot), word];
    }),
    tokenBalance: await client.readContract({
      ...ofToken,
      functionName: 'balanceOf',
      args: [constants.market],
    }),
  };
}

const entries = async <T, K, V>(
  items: readonly T[],
  read: (item: T) => Promise<[K, V]>,
): Promise<Map<K, V>> => new Map(await inChunks(items, read));

/** The pinned block must still be part of the ledger: a reorganisation would have mixed two histories. */
export async function requirePinned(client: PublicClient, { blockNumber, blockHash }: Pin): Promise<void> {
  const { hash } = await client.getBlock({ blockNumber });
  if (hash === blockHash) return;
  throw new AuditError({
    code: 'audit.reorganised',
    value: `block ${blockNumber}: ${blockHash}, now ${hash}`,
    rule: 'The ledger must not change under the audit.',
    remedy: 'Run the audit again.',
    retry: 'later',
  });
}
