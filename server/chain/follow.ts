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
/** Blocks below the head that stay stored one by one. */
const KEPT_BLOCKS = 4 * FINALITY_BLOCKS;

/**
 * A ledger that only ends earlier, on the same branch, may be another machine behind the same endpoint that lags:
 * the index goes back when it says so this many times in a row.
 */
const SHORT_LOOKS = 4;

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
  const state: FollowState = {
    spanBlocks: LONGEST_SPAN_BLOCKS,
    isChecked: false,
    head: undefined,
    shortLooks: 0,
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
  /** Whether the ledger's identity was checked since the last contact. */
  isChecked: boolean;
  head: LedgerHead | undefined;
  /** Looks in a row at which the ledger ended before the index, on the same branch. */
  shortLooks: number;
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

/** One look at the ledger. True when there is nothing more to do until the next look. */
async function step(options: FollowerOptions, state: FollowState): Promise<boolean> {
  const { db, client } = options;
  if (!state.isChecked) {
    await checkLedger(db, client, options);
    await options.onContact();
    state.isChecked = true;
  }
  const ledger = await readLedger(db);
  if (ledger === undefined) throw new Error('The ledger row is gone: the database was changed from outside.');
  const head = await client.getBlock();
  state.head = { blockNumber: Number(head.number), blockTimestamp: Number(head.timestamp) };
  const { indexedTo } = ledger;
  const known = await storedHash(db, Math.min(indexedTo, Number(head.number)));
  const isSame = known === undefined || known === head.hash;
  state.shortLooks = isSame && Number(head.number) < indexedTo ? state.shortLooks + 1 : 0;
  if (Number(head.number) > indexedTo) return advance(options, state, indexedTo, known);
  if (isSame && state.shortLooks < SHORT_LOOKS) return true;
  await takeBack(options, state);
  return false;
}

/** Indexes the next range of blocks. True when it reached the head. */
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
    await takeBack(options, state);
    return false;
  }
  await store(options, range);
  state.spanBlocks = Math.min(state.spanBlocks * 2, LONGEST_SPAN_BLOCKS);
  return range.to === head;
}

/** Whether a node refused a range for its length; nodes have many words for it, so every refusal of theirs counts. */
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
