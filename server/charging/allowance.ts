import type { Logger } from 'pino';
import type { Address, Hex } from 'viem';
import type { AllowanceJson } from '../../protocol/api.ts';
import type { Db } from '../db.ts';
import { HttpProblem } from '../http/problem.ts';
import type { AgentHub } from '../link/hub.ts';

interface Kept extends AllowanceJson {
  bookingId: Hex;
}

/**
 * Keeps a raise of what a booking's driver allows, unless it is no higher than the one that is kept: the session key
 * may raise, never lower.
 *
 * @returns whether it is kept.
 */
export async function keepAllowance(db: Db, { bookingId, cost, signature }: Kept): Promise<boolean> {
  const kept = await readAllowance(db, bookingId);
  if (kept !== undefined && BigInt(cost) <= BigInt(kept.cost)) return false;
  const row = { cost, signature, acceptedAt: null };
  await db
    .insertInto('allowances')
    .values({ bookingId, ...row })
    .onConflict((conflict) => conflict.column('bookingId').doUpdateSet(row))
    .execute();
  return true;
}

/** The newest raise of a booking. */
export const readAllowance = (db: Db, bookingId: Hex): Promise<AllowanceJson | undefined> =>
  db
    .selectFrom('allowances')
    .select(['cost', 'signature'])
    .where('bookingId', '=', bookingId)
    .executeTakeFirst();

interface Sender {
  db: Db;
  hub: Pick<AgentHub, 'request'>;
  log: Logger;
  now(): number;
}

/**
 * Forwards a raise to the booking's agent. One that is away gets it when it connects again.
 *
 * @throws HttpProblem 409 with the agent's error code when it refuses.
 */
export async function sendAllowance(
  { db, hub, now }: Omit<Sender, 'log'>,
  agentKey: Address,
  { bookingId, cost, signature }: Kept,
): Promise<void> {
  try {
    await hub.request(agentKey, { type: 'allow', bookingId, cost, signature });
  } catch (error) {
    if (error instanceof HttpProblem && error.status >= 500) return;
    throw error;
  }
  await db
    .updateTable('allowances')
    .set({ acceptedAt: now() })
    .where('bookingId', '=', bookingId)
    .where('cost', '=', cost)
    .execute();
}

/** Sends an agent that has connected the raises that it has not taken yet, of its open bookings. */
export async function sendKeptAllowances(sender: Sender, agentKey: Address): Promise<void> {
  const rows = await sender.db
    .selectFrom('allowances')
    .innerJoin('bookings', 'bookings.bookingId', 'allowances.bookingId')
    .innerJoin('terms', 'terms.termsHash', 'bookings.termsHash')
    .select(['allowances.bookingId', 'cost', 'signature'])
    .where('acceptedAt', 'is', null)
    .where('untilBlock', 'is', null)
    .where('endedAt', 'is', null)
    .where('agentKey', '=', agentKey)
    .execute();
  for (const row of rows) {
    await sendAllowance(sender, agentKey, row).catch((error: { code?: string; message: string }) =>
      sender.log.warn({ agentKey, bookingId: row.bookingId, code: error.code }, 'allowance refused'),
    );
  }
}
