import { createHmac } from 'node:crypto';
import { ipKeyGenerator } from 'express-rate-limit';
import { sql } from 'kysely';
import type { Hex } from 'viem';
import type { Db, Tx } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';

const DAY_SEC = 86_400;
const GWEI = 10n ** 9n;

/** Days of which counts are kept: a call of yesterday may end today. */
const KEPT_DAYS = 7;

export const dayOf = (unixSec: number): number => Math.floor(unixSec / DAY_SEC);

/** Amounts are kept in gwei, which 64 bits hold, rounded up. */
export const gweiOf = (wei: bigint): bigint => (wei + GWEI - 1n) / GWEI;

/** Something that a day's calls are counted by. */
export interface Quota {
  /** What a refusal calls it. */
  name: 'account' | 'ip' | 'unfunded' | 'day';
  countKey: string;
  limit: number;
}

/** Names an address of the internet for a day, so that no list of addresses is kept. `secret` is this server's own. */
export function ipKey(ip: string, day: number, secret: Hex): string {
  return `ip ${createHmac('sha256', secret)
    .update(`relay ${day} ${ipKeyGenerator(ip)}`)
    .digest('hex')}`;
}

/**
 * Counts one more call for each quota.
 *
 * @throws HttpProblem 429 `relay.quota` where one is used up; the transaction must then be rolled back.
 */
export async function countCall(tx: Tx, quotas: readonly Quota[], day: number): Promise<void> {
  for (const { name, countKey, limit } of quotas) {
    const counted = await tx
      .insertInto('relayCounts')
      .values({ day, countKey, calls: 1, spentGwei: 0 })
      .onConflict((conflict) =>
        conflict
          .columns(['day', 'countKey'])
          .doUpdateSet({ calls: sql<number>`${sql.ref('relayCounts.calls')} + 1` })
          .where('relayCounts.calls', '<', limit),
      )
      .returning('calls')
      .executeTakeFirst();
    if (counted === undefined || counted.calls > limit) throw usedUp(name, limit, day);
  }
}

const WORDS: Record<Quota['name'], string> = {
  account: 'one account',
  ip: 'one IP address',
  unfunded: 'all accounts together that hold no money',
  day: 'everybody together',
};

const usedUp = (name: Quota['name'], limit: number, day: number): HttpProblem =>
  new HttpProblem(
    429,
    {
      code: 'relay.quota',
      value: `${limit} calls today`,
      rule: `The relayer sends ${limit} calls in a day (UTC) for ${WORDS[name]}.`,
      remedy: 'Send the call from your own account, or try again tomorrow.',
      retry: 'later',
    },
    { quota: name, limit, resetsAt: (day + 1) * DAY_SEC },
  );

const keyOf = (allowance: string): string => `allowance ${allowance}`;

/** Takes from a day's allowance, both in wei. False where less is left. */
export async function takeAllowance(
  tx: Tx,
  allowance: string,
  day: number,
  amount: bigint,
  limit: bigint,
): Promise<boolean> {
  const gwei = Number(gweiOf(amount));
  const limitGwei = Number(limit / GWEI);
  if (gwei > limitGwei) return false;
  const taken = await tx
    .insertInto('relayCounts')
    .values({ day, countKey: keyOf(allowance), calls: 1, spentGwei: gwei })
    .onConflict((conflict) =>
      conflict
        .columns(['day', 'countKey'])
        .doUpdateSet({
          calls: sql<number>`${sql.ref('relayCounts.calls')} + 1`,
          spentGwei: sql<number>`${sql.ref('relayCounts.spentGwei')} + ${gwei}`,
        })
        .where('relayCounts.spentGwei', '<=', limitGwei - gwei),
    )
    .returning('spentGwei')
    .executeTakeFirst();
  return taken !== undefined;
}

/** Corrects what was taken by what a call really cost. */
export async function correctAllowance(tx: Tx, allowance: string, day: number, gwei: number): Promise<void> {
  await tx
    .updateTable('relayCounts')
    .set((eb) => ({ spentGwei: eb('spentGwei', '+', gwei) }))
    .where('day', '=', day)
    .where('countKey', '=', keyOf(allowance))
    .execute();
}

/** Wei that are left of a day's allowance. */
export async function allowanceLeft(db: Db, allowance: string, day: number, limit: bigint): Promise<bigint> {
  const row = await db
    .selectFrom('relayCounts')
    .select('spentGwei')
    .where('day', '=', day)
    .where('countKey', '=', keyOf(allowance))
    .executeTakeFirst();
  const left = limit - BigInt(row?.spentGwei ?? 0) * GWEI;
  return left > 0n ? left : 0n;
}

export async function forgetCounts(db: Db, today: number): Promise<void> {
  await db
    .deleteFrom('relayCounts')
    .where('day', '<', today - KEPT_DAYS)
    .execute();
}
