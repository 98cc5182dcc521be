import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { type Address, BaseError, ResponseBodyTooLargeError, RpcRequestError } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Db } from '../db.ts';
import type { LedgerClient } from './client.ts';
import { applyEvent, type EventHandlers, type Touched } from './events.ts';
import { checkLedger } from './identity.ts';
import { createOutage } from './outage.ts';
import { type BlockRange, CHECKPOINT_BLOCKS, FINALITY_BLOCKS, rangeEnd, readRange } from './range.ts';
import { readLedger, rollBack } from './versions.ts';

const LONGEST_SPAN_BLOCKS = 4 * CHECKPOINT_BLOCKS;
/** This many blocks below the head are stored one by one. */
const STORED_BLOCKS = 4 * FINALITY_BLOCKS;

/**
 * When the ledger ends before the index, on the same branch, a lagging node behind the same endpoint may have answered.
 * The index rolls back only after this many such polls in a row.
 */
const SHORT_POLLS = 4;

export interface FollowerOptions {
  db: Db;
  client: LedgerClient;
  market: Address;
  deployBlock: number;
  handlers: EventHandlers;
  pollMs: number;
  log: Logger;
  /** Called when the ledger answers, the first time and after each outage. */
  onContact(): Promise<void>;
  /** Called after each commit with what changed. */
  onChange(touched: Touched): void;
  /** Called when indexing cannot continue, for instance because the ledger is another one. */
  onFatal(error: PlugpactError): void;
}

export interface Follower {
  /** Head of the ledger as last seen; undefined before the first contact and while it is unreachable. */
  head(): LedgerHead | undefined;
  stop(): Promise<void>;
}

export interface LedgerHead {
  blockNumber: number;
  blockTimestamp: number;
}

/**
 * Indexes the ledger by ranges of blocks (`getLogs`) and checks the parent hash of each range. Rolls back blocks that
 * are no longer on the ledger (a reorganisation, or a node that restarted from an older state). Retries an unreachable
 * ledger with growing pauses.
 */
export function startFollower(options: FollowerOptions): Follower {
  const stopping = new AbortController();
  const state: FollowState = {
    spanBlocks: LONGEST_SPAN_BLOCKS,
    isChecked: false,
    head: undefined,
    shortPolls: 0,
  };
  const running = follow(options, state, stopping.signal);
  return {
    head: () => state.head,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface FollowState {
  spanBlocks: number;
  /** Whether the ledger's identity was checked since it was last unreachable. */
  isChecked: boolean;
  head: LedgerHead | undefined;
  /** Polls in a row in which the ledger ended before the index, on the same branch. */
  shortPolls: number;
}

async function follow(options: FollowerOptions, state: FollowState, signal: AbortSignal): Promise<void> {
  const outage = createOutage('ledger unreachable', options.log);
  while (!signal.aborted) {
    try {
      const isAtHead = await step(options, state);
      outage.recovered();
      if (isAtHead) await delay(options.pollMs, undefined, { signal }).catch(() => undefined);
    } catch (error) {
      state.isChecked = false;
      state.head = undefined;
      if (error instanceof PlugpactError && error.retry === 'never') return options.onFatal(error);
      if (!(error instanceof BaseError)) options.log.error({ err: error }, 'indexing failed');
      await outage.failed(error, signal);
    }
  }
}

/** Polls the ledger once. Returns true when nothing is left to do until the next poll. */
async function step(options: FollowerOptions, state: FollowState): Promise<boolean> {
  const { db, client } = options;
  if (!state.isChecked) {
    await checkLedger(db, client, options);
    await options.onContact();
    state.isChecked = true;
  }
  const ledger = await readLedger(db);
  if (ledger === undefined)
    throw new Error('The table ledger has no row: another program changed the database.');
  const head = await client.getBlock();
  state.head = { blockNumber: Number(head.number), blockTimestamp: Number(head.timestamp) };
  const { indexedTo } = ledger;
  const known = await storedHash(db, Math.min(indexedTo, Number(head.number)));
  const isSame = known === undefined || known === head.hash;
  state.shortPolls = isSame && Number(head.number) < indexedTo ? state.shortPolls + 1 : 0;
  if (Number(head.number) > indexedTo) return advance(options, state, indexedTo, known);
  if (isSame && state.shortPolls < SHORT_POLLS) return true;
  await rollBackToLedger(options, state);
  return false;
}

/** Indexes the next range of blocks. Returns true when it reached the head. */
async function advance(
  options: FollowerOptions,
  state: FollowState,
  indexedTo: number,
  tipHash: string | undefined,
): Promise<boolean> {
  const head = state.head!.blockNumber;
  const end = rangeEnd(indexedTo + 1, head, state.spanBlocks);
  let range: BlockRange | undefined;
  try {
    range = await readRange(options.client, options.market, indexedTo + 1, end);
  } catch (error) {
    if (!isTooLong(error) || state.spanBlocks === 1) throw error;
    state.spanBlocks = Math.ceil(state.spanBlocks / 4);
    return false;
  }
  if (range === undefined) return true;
  if (tipHash !== undefined && range.parentHash !== tipHash) {
    await rollBackToLedger(options, state);
    return false;
  }
  await store(options, range);
  state.spanBlocks = Math.min(state.spanBlocks * 2, LONGEST_SPAN_BLOCKS);
  return range.to === head;
}

/** Whether a node may have refused a range for its length. Nodes word it differently, so every refusal counts. */
const isTooLong = (error: unknown): boolean =>
  error instanceof BaseError &&
  error.walk((e) => e instanceof RpcRequestError || e instanceof ResponseBodyTooLargeError) !== null;

async function storedHash(db: Db, block: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('ledgerBlocks')
    .select('hash')
    .where('number', '=', block)
    .executeTakeFirst();
  return row?.hash;
}

/** Rolls the index back to the newest stored block that is still on the ledger. */
async function rollBackToLedger(options: FollowerOptions, state: FollowState): Promise<void> {
  const { db, client, deployBlock, log } = options;
  await checkLedger(db, client, options);
  const to = await commonBlock(db, client, deployBlock);
  const from = (await readLedger(db))?.indexedTo;
  const touched: Touched = { listings: new Set(), bookings: new Set() };
  await db.transaction().execute((tx) => rollBack(tx, to, touched));
  log.warn(
    { from, to, head: state.head?.blockNumber },
    'the ledger changed branch or went back: index rolled back',
  );
  options.onChange(touched);
}

/** Finds the newest stored block that is on the ledger. Binary search works since its ancestors are there too. */
async function commonBlock(db: Db, client: LedgerClient, deployBlock: number): Promise<number> {
  const stored = await db.selectFrom('ledgerBlocks').selectAll().orderBy('number').execute();
  let low = 0;
  let high = stored.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isOnLedger(client, stored[middle]!)) low = middle + 1;
    else high = middle;
  }
  return stored[low - 1]?.number ?? deployBlock - 1;
}

async function isOnLedger(client: LedgerClient, block: { number: number; hash: string }): Promise<boolean> {
  try {
    return (await client.getBlock({ blockNumber: BigInt(block.number) })).hash === block.hash;
  } catch (error) {
    if (error instanceof BaseError && error.name === 'BlockNotFoundError') return false;
    throw error;
  }
}

async function store(options: FollowerOptions, range: BlockRange): Promise<void> {
  const touched: Touched = { listings: new Set(), bookings: new Set() };
  const timestamps = new Map(range.blocks.map((block) => [block.number, block.timestamp]));
  await options.db.transaction().execute(async (tx) => {
    for (const event of range.events) {
      const { block, logIndex, transactionHash } = event;
      const timestamp = timestamps.get(block)!;
      await applyEvent(options.handlers, { tx, block, timestamp, logIndex, transactionHash, touched }, event);
    }
    if (range.blocks.length > 0) await tx.insertInto('ledgerBlocks').values(range.blocks).execute();
    await tx
      .deleteFrom('ledgerBlocks')
      .where('number', '<', range.to - STORED_BLOCKS)
      .where(sql<boolean>`${sql.ref('number')} % ${CHECKPOINT_BLOCKS} <> 0`)
      .execute();
    await tx.updateTable('ledger').set({ indexedTo: range.to }).execute();
  });
  options.onChange(touched);
}
