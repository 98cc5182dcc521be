import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { type Address, BaseError, type Block, HttpRequestError, TimeoutError } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Db } from '../db.ts';
import type { LedgerClient } from './client.ts';
import { applyEvent, type EventHandlers, type Touched } from './events.ts';
import { checkLedger } from './identity.ts';
import { createOutage } from './outage.ts';
import { type BlockRange, CHECKPOINT_BLOCKS, FINALITY_BLOCKS, rangeEnd, readRange } from './range.ts';
import { readLedger, rollBack } from './versions.ts';

const LONGEST_SPAN_BLOCKS = 4 * CHECKPOINT_BLOCKS;
/** Blocks below the head that stay stored one by one. */
const KEPT_BLOCKS = 4 * FINALITY_BLOCKS;

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
  /** Called when following can not go on, for instance on another ledger. */
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
 * Follows the ledger into the index: ranges of blocks by `getLogs`, every stored block checked against its parent.
 * Blocks that are no longer on the ledger (another branch, or a node that came back with an older state) are taken
 * back. An unreachable ledger is tried again with growing pauses.
 */
export function startFollower(options: FollowerOptions): Follower {
  const stopping = new AbortController();
  const state: FollowState = { spanBlocks: LONGEST_SPAN_BLOCKS, isChecked: false, head: undefined };
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
  /** Whether the ledger's identity was checked since the last contact. */
  isChecked: boolean;
  head: LedgerHead | undefined;
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
      if (!(error instanceof BaseError)) options.log.error({ err: error }, 'following failed');
      await outage.failed(error, signal);
    }
  }
}

/** One look at the ledger. True when the index has reached its head. */
async function step(options: FollowerOptions, state: FollowState): Promise<boolean> {
  const { db, client, market } = options;
  if (!state.isChecked) {
    await checkLedger(db, client, options);
    await options.onContact();
    state.isChecked = true;
  }
  const ledger = await readLedger(db);
  if (ledger === undefined) throw new Error('The ledger row is gone: the database was changed from outside.');
  const head = await client.getBlock();
  state.head = { blockNumber: Number(head.number), blockTimestamp: Number(head.timestamp) };
  const tipHash = await storedHash(db, ledger.indexedTo);
  if (isBehind(head, ledger.indexedTo, tipHash)) {
    await takeBack(options, state);
    return false;
  }
  if (Number(head.number) <= ledger.indexedTo) return true;
  const from = ledger.indexedTo + 1;
  const end = rangeEnd(from, Number(head.number), state.spanBlocks);
  const range = await readRange(client, market, from, end).catch((error) => shorten(state, error));
  if (range === undefined) return false;
  if (tipHash !== undefined && range.parentHash !== tipHash) {
    await takeBack(options, state);
    return false;
  }
  await store(options, range);
  return range.to === Number(head.number);
}

/** The ledger ends before the index does, or at the same height with another block. */
function isBehind(
  head: Block<bigint, false, 'latest'>,
  indexedTo: number,
  tipHash: string | undefined,
): boolean {
  if (Number(head.number) < indexedTo) return tipHash !== undefined;
  return Number(head.number) === indexedTo && tipHash !== undefined && head.hash !== tipHash;
}

/** A node that refuses a range by its length gets shorter ones; every other error goes up. */
function shorten(state: FollowState, error: unknown): undefined {
  const isUnreachable =
    error instanceof BaseError &&
    error.walk((e) => e instanceof TimeoutError || (e instanceof HttpRequestError && e.status === undefined));
  if (isUnreachable || !(error instanceof BaseError) || state.spanBlocks === 1) throw error;
  state.spanBlocks = Math.ceil(state.spanBlocks / 4);
  return undefined;
}

async function storedHash(db: Db, block: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('ledgerBlocks')
    .select('hash')
    .where('number', '=', block)
    .executeTakeFirst();
  return row?.hash;
}

/** Rolls the index back to the newest stored block that is still on the ledger. */
async function takeBack(options: FollowerOptions, state: FollowState): Promise<void> {
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

/** A block that is on the ledger has all its ancestors there, so that halving finds the newest one. */
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
      .where('number', '<', range.to - KEPT_BLOCKS)
      .where(sql<boolean>`${sql.ref('number')} % ${CHECKPOINT_BLOCKS} <> 0`)
      .execute();
    await tx.updateTable('ledger').set({ indexedTo: range.to }).execute();
  });
  options.onChange(touched);
}
