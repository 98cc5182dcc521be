import type { PublicClient } from 'viem';
import type { LedgerReading } from '../ledger/read-ledger.ts';
import type { Verdict } from '../lib/discrepancy.ts';
import type { LedgerEvent } from '../rules/events.ts';
import { checkAuthority, transactionsToRead } from './check-authority.ts';
import { eventsDue } from './events-due.ts';
import { nodeAnswers } from './node-answers.ts';
import { type AuthorityContext, type History, historyOf } from './scene.ts';

/** Events that an earlier audit has looked at. */
export interface EarlierActs {
  history: History;
  withdrawals(): readonly LedgerEvent[];
}

/**
 * Reads each transaction that somebody had to be allowed to send, and says who was not.
 *
 * @param earlier What an earlier audit has done this with, and found nothing.
 */
export function authorityOf(
  client: PublicClient,
  { constants, token, pin, transactions }: LedgerReading,
  events: readonly LedgerEvent[],
  earlier?: EarlierActs,
): Promise<Verdict> {
  const due = eventsDue(events, () => earlier?.withdrawals() ?? []);
  const context: AuthorityContext = {
    market: { chainId: constants.chainId, market: constants.market },
    guardian: constants.guardian.account,
    token: token.address,
    pinnedBlock: Number(pin.blockNumber),
    answers: nodeAnswers(client),
  };
  return checkAuthority(
    due,
    transactions(transactionsToRead(due)),
    context,
    historyOf(events, earlier?.history),
  );
}
