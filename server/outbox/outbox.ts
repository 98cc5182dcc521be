import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { LedgerClient } from '../chain/client.ts';
import type { NonceTurns } from '../chain/sender.ts';
import { createBatch } from '../cluster/batch.ts';
import { Mutex } from '../db/mutex.ts';
import type { Db } from '../db.ts';
import { findCall, forgetCalls, queueCall, queuedCover } from './calls-store.ts';
import { dispatch } from './dispatch.ts';
import { createGasMarket } from './gas-market.ts';
import { type OutboxParts, type OutboxSettings, purseOf } from './parts.ts';
import { type Head, track } from './track.ts';
import { sentTransactions } from './transactions-store.ts';
import type { Outbox, OutboxRules } from './types.ts';

/** So long a call that ended is remembered: who hands it in again gets its answer. */
const REMEMBERED_SEC = 7 * 86_400;
const FORGETS_EACH_SEC = 3_600;

interface OutboxOptions {
  db: Db;
  client: LedgerClient;
  privateKey: Hex;
  rules: OutboxRules;
  settings: OutboxSettings;
  /** Over several processes: gives this key its turn. */
  turns: NonceTurns | undefined;
  log: Logger;
  /** Unix seconds. */
  now(): number;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { db, rules, now } = options;
  const parts = partsOf(options);
  const { account, sender, market } = parts;
  const inTurn = turnsOf(options, parts);
  let head: Head | undefined;
  let forgotAt = 0;
  const flushes = createBatch<void>({
    write: () => inTurn(() => dispatch(parts)),
    ...{ waitMs: 0, maxItems: Number.POSITIVE_INFINITY },
  });
  return {
    address: account.address,
    find: (callId) => findCall(db, callId),
    price: () => market.price(),
    dataFee: (bytes) => market.dataFee(bytes),
    async purse() {
      const purse = await purseOf(parts, await sentTransactions(db, sender));
      return { ...purse, outstanding: purse.outstanding + (await queuedCover(db, sender)) };
    },
    async submit(call, admit) {
      await db.transaction().execute(async (tx) => {
        if (await queueCall(tx, call, sender, now())) await admit(tx);
      });
    },
    flush: () => flushes.add(),
    track: () =>
      inTurn(async () => {
        head = await track(parts, head);
        await dispatch(parts);
        if (now() < forgotAt + FORGETS_EACH_SEC) return;
        await forgetCalls(db, now() - REMEMBERED_SEC);
        await rules.forget(db);
        forgotAt = now();
      }),
  };
}

function partsOf({ db, client, privateKey, rules, settings, log, now }: OutboxOptions): OutboxParts {
  const account = privateKeyToAccount(privateKey);
  let chainId: Promise<number> | undefined;
  return {
    ...{ db, client, account, rules, settings, log, now },
    sender: account.address.toLowerCase() as Hex,
    market: createGasMarket(client),
    chainId: () => {
      chainId ??= client.getChainId().catch((error) => {
        chainId = undefined;
        throw error;
      });
      return chainId;
    },
  };
}

/** One at a time: in this process, and over all processes where there are several. */
function turnsOf({ turns }: OutboxOptions, { sender }: OutboxParts) {
  const mutex = new Mutex();
  return async (work: () => Promise<void>): Promise<void> => {
    const release = await mutex.lock();
    try {
      if (turns === undefined) return await work();
      await turns(sender, async () => {
        await work();
        return 0;
      });
    } finally {
      release();
    }
  };
}
