import fc from 'fast-check';
import { concatHex, type Hex, numberToHex } from 'viem';
import { generatePrivateKey } from 'viem/accounts';
import { expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../../../server/db/open.ts';
import { createLog } from '../../../server/http/log.ts';
import { createOutbox } from '../../../server/outbox/outbox.ts';
import type { Outbox, OutboxCall, OutboxRules } from '../../../server/outbox/types.ts';
import { outcomesOf } from '../../../server/relay/rules.ts';
import { BOOK, FakeLedger, itemsOf } from './fake-ledger.ts';

const KEY = generatePrivateKey();
const MARKET: Hex = `0x${'22'.repeat(20)}`;
const CALLS = 8;
const STUCK_SEC = 30;
const FLOOR = 20_000_000n;
const BALANCE = FLOOR + 6_000_000n;
/** Enough for whatever a run needs in the end. */
const RICH = 10n ** 12n;

/** What happens to the outbox, step by step. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('handIn' as const),
      n: fc.nat(CALLS - 1),
      cover: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('mine' as const), used: fc.constantFrom(40, 80, 100, 100) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('track' as const), sec: fc.integer({ min: 0, max: 60 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('baseFee' as const), to: fc.integer({ min: 1, max: 80 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reorg' as const),
      depth: fc.integer({ min: 1, max: 4 }),
      isForgotten: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { kind: 'forget' as const },
      { kind: 'crash' as const },
      { kind: 'dearest' as const },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('offline' as const, 'lossy' as const), is: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('raises' as const),
      more: fc.integer({ min: 0, max: 9_000_000 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const dataOf = (n: number): Hex => concatHex([BOOK, numberToHex(n + 1, { size: 15 * 32 })]);
const idOf = (n: number): Hex => numberToHex(n + 1, { size: 32 });

/** An outbox over a ledger in memory, and what an independent bookkeeper knows of both. */
class World {
  readonly ledger = new FakeLedger(BALANCE);
  readonly database: Database;
  nowSec = 1_000_000;
  raisesLeft = 0n;
  raisesPaid = 0n;
  /** What each call may cost, by its item, as it was handed in. */
  readonly covers = new Map<Hex, bigint>();
  outbox!: Outbox;

  constructor(database: Database) {
    this.database = database;
    this.restart();
  }

  /** Another process on the same database: nothing else of the one before is left. */
  restart(): void {
    const rules: OutboxRules = {
      estimate: async ({ data }) => {
        if (this.ledger.isOffline) throw new Error('offline');
        const gas = this.ledger.estimate(data);
        return gas === undefined ? { error: { name: 'Done', args: {} } } : { gas };
      },
      outcomesOf,
      onEnd: async () => {},
      payRaise: async (_tx, wei) => {
        if (wei > this.raisesLeft) return false;
        this.raisesLeft -= wei;
        this.raisesPaid += wei;
        return true;
      },
      forget: async () => {},
    };
    this.outbox = createOutbox({
      ...{ db: this.database.db, client: this.ledger.client(), privateKey: KEY, rules, turns: undefined },
      settings: { stopBelow: FLOOR, maxFeePerGas: 10_000n, stuckSec: STUCK_SEC },
      log: createLog('silent'),
      now: () => this.nowSec,
    });
  }

  async handIn(n: number, cover: bigint): Promise<void> {
    const data = dataOf(n);
    const gas = this.ledger.estimate(data);
    if (gas === undefined) return;
    const call = {
      callId: idOf(n),
      to: MARKET,
      data,
      functionName: 'book',
      gas,
      dataFee: 0n,
      cover,
      reservedGwei: 0n,
    };
    await this.outbox.submit(call, async () => void this.covers.set(itemsOf(data)[0]!, cover));
    await this.outbox.flush().catch(() => {});
  }

  async run(one: Step): Promise<void> {
    const { ledger } = this;
    switch (one.kind) {
      case 'handIn':
        return this.handIn(one.n, BigInt(one.cover) * 1_000_000n);
      case 'mine':
        return ledger.mine(BigInt(one.used));
      case 'track':
        this.nowSec += one.sec;
        return this.outbox.track().catch(() => {});
      case 'baseFee':
        ledger.baseFee = BigInt(one.to);
        return;
      case 'dearest':
        ledger.baseFee = [...ledger.pool.values()].reduce(
          (least, { maxFee }) => (maxFee < least ? maxFee : least),
          80n,
        );
        return;
      case 'reorg':
        return ledger.reorg(one.depth, one.isForgotten);
      case 'forget':
        return ledger.pool.clear();
      case 'crash':
        return this.restart();
      case 'offline':
        ledger.isOffline = one.is;
        return;
      case 'lossy':
        ledger.isLossy = one.is;
        return;
      case 'raises':
        this.raisesLeft = BigInt(one.more);
    }
  }

  /** Whatever came before: with a ledger that works, cheap gas and ether everything that was taken in comes to its end. */
  async settle(): Promise<OutboxCall[]> {
    Object.assign(this.ledger, { isOffline: false, isLossy: false, baseFee: 1n, tip: 1n, balance: RICH });
    this.raisesLeft = RICH;
    for (let i = 0; i < 40; i++) {
      this.nowSec += STUCK_SEC + 1;
      this.ledger.mine(90n);
      await this.outbox.track();
      if ((await this.calls()).every(({ status }) => status === 'DONE')) break;
    }
    return this.calls();
  }

  calls(): Promise<OutboxCall[]> {
    return this.database.db.selectFrom('outboxCalls').selectAll().execute();
  }
}

async function play(database: Database, steps: readonly Step[]): Promise<void> {
  const { db } = database;
  await db.deleteFrom('outboxCalls').execute();
  await db.deleteFrom('outboxTransactions').execute();
  const world = new World(database);
  for (const one of steps) {
    await world.run(one);
    expect(world.ledger.balance).toBeGreaterThanOrEqual(FLOOR);
  }
  for (const { data, cost } of world.ledger.mined) {
    const covered = itemsOf(data).reduce((sum, item) => sum + world.covers.get(item)!, 0n);
    expect(cost).toBeLessThanOrEqual(covered + world.raisesPaid);
  }
  const calls = await world.settle();
  const done = world.ledger.done;
  expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 'DONE'));
  expect([...world.covers.keys()].sort()).toEqual([...done].sort());
  // Nothing was paid for in vain.
  for (const { isGood, skipped } of world.ledger.mined) expect([isGood, skipped]).toEqual([true, []]);
}

const handIn = (n: number, cover: number): Step => ({ kind: 'handIn', n, cover });
const DEAR: Step[] = [{ kind: 'dearest' }, { kind: 'mine', used: 100 }];

/** Where the floor holds by a little, and where a reorg comes between two calls. */
const EXAMPLES: Step[][] = [
  [handIn(0, 12), handIn(1, 12), handIn(2, 12), ...DEAR],
  [
    ...([handIn(0, 2), handIn(1, 2), handIn(2, 2), { kind: 'raises', more: 9_000_000 }] as Step[]),
    ...([
      { kind: 'baseFee', to: 40 },
      { kind: 'mine', used: 40 },
      { kind: 'mine', used: 40 },
    ] as Step[]),
    ...([{ kind: 'track', sec: STUCK_SEC + 1 }] as Step[]),
    ...DEAR,
  ],
  [
    ...([handIn(0, 2), { kind: 'mine', used: 100 }, { kind: 'track', sec: 0 }] as Step[]),
    ...([{ kind: 'reorg', depth: 1, isForgotten: true }, handIn(1, 2), { kind: 'track', sec: 0 }] as Step[]),
  ],
];

const RUNS = process.env.PLUGPACT_DEEP ? 1_000 : 40;

test('whatever fails, each call that was taken in is done once, within its cover, and the balance stays above its floor', async () => {
  const database = await openDatabase({ databaseFile: ':memory:' });
  onTestFinished(() => database.close());
  const steps = fc.array(step, { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, (drawn) => play(database, drawn)),
    { numRuns: RUNS, seed: 55, examples: EXAMPLES.map((example) => [example]) },
  );
});
