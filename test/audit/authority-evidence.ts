import type { Hex } from 'viem';
import { checkAuthority, transactionsToRead } from '../../audit/authority/check-authority.ts';
import { nodeAnswers } from '../../audit/authority/node-answers.ts';
import { type AuthorityContext, historyOf } from '../../audit/authority/scene.ts';
import { ledgerClient, readLedger } from '../../audit/ledger/read-ledger.ts';
import type { Transaction } from '../../audit/ledger/transactions.ts';
import type { Verdict } from '../../audit/lib/discrepancy.ts';
import { decodeLogs, type LedgerEvent } from '../../audit/rules/events.ts';
import type { TestMarket } from '../support/market.ts';

/** What the checks of authority look at, ready to be changed. */
export interface AuthorityEvidence {
  events: LedgerEvent[];
  transactions: Map<Hex, Transaction>;
  context: AuthorityContext;
}

export async function readAuthority({ rpcUrl, market }: TestMarket): Promise<AuthorityEvidence> {
  const client = ledgerClient(rpcUrl);
  const { logs, constants, token, pin, transactions } = await readLedger(client, market);
  const { events } = decodeLogs(logs);
  const read = new Map<Hex, Transaction>();
  for await (const each of transactions(transactionsToRead(events))) read.set(each.hash, each);
  const context = {
    market: { chainId: constants.chainId, market },
    guardian: constants.guardian.account,
    token: token.address,
    pinnedBlock: Number(pin.blockNumber),
    answers: nodeAnswers(client),
  };
  return { events, transactions: read, context };
}

export const checkAll = ({ events, transactions, context }: AuthorityEvidence): Promise<Verdict> =>
  checkAuthority(events, transactions.values(), context);

/** The same of what changed alone. */
export function checkChange(honest: AuthorityEvidence, changed: AuthorityEvidence): Promise<Verdict> {
  const isNew = (each: LedgerEvent, index: number) => each !== honest.events[index];
  const touched = new Set(changed.events.filter(isNew).map(({ tx }) => tx));
  const events = changed.events.filter(({ tx }) => touched.has(tx));
  const transactions = [...changed.transactions.values()].filter(({ hash }) => touched.has(hash));
  return checkAuthority(events, transactions, changed.context, historyOf(honest.events));
}

export const authorityCodes = ({ discrepancies }: Verdict): string[] => [
  ...new Set(discrepancies.map(({ code }) => code)),
];
