import type { Hex } from 'viem';
import { checkAuthority, transactionsToRead } from '../../audit/authority/check-authority.ts';
import { nodeAnswers } from '../../audit/authority/node-answers.ts';
import type { AuthorityContext } from '../../audit/authority/scene.ts';
import { ledgerClient, readLedger } from '../../audit/ledger/read-ledger.ts';
import type { Transaction } from '../../audit/ledger/transactions.ts';
import type { Verdict } from '../../audit/lib/discrepancy.ts';
import { decodeLogs, type LedgerEvent } from '../../audit/rules/events.ts';
import type { TestMarket } from '../support/market.ts';

/** What the checks of authority look at, ready to be changed. The node is asked each thing once. */
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
  const answers = nodeAnswers(client);
  const traces = new Map<Hex, ReturnType<typeof answers.trace>>();
  const trace = (tx: Hex) => {
    const known = traces.get(tx) ?? answers.trace(tx);
    traces.set(tx, known);
    return known;
  };
  const context = {
    market: { chainId: constants.chainId, market },
    guardian: constants.guardian.account,
    token: token.address,
    pinnedBlock: Number(pin.blockNumber),
    answers: { ...answers, trace },
  };
  return { events, transactions: read, context };
}

export const checkAll = ({ events, transactions, context }: AuthorityEvidence): Promise<Verdict> =>
  checkAuthority(events, transactions.values(), context);

/** Of a changed ledger what changed alone. */
export function changedBy(
  honest: AuthorityEvidence,
  changed: AuthorityEvidence,
): Pick<AuthorityEvidence, 'events' | 'transactions'> {
  const isNew = (each: LedgerEvent, index: number) => each !== honest.events[index];
  const touched = new Set(changed.events.filter(isNew).map(({ tx }) => tx));
  return {
    events: changed.events.filter(({ tx }) => touched.has(tx)),
    transactions: new Map([...changed.transactions].filter(([hash]) => touched.has(hash))),
  };
}

export const authorityCodes = ({ discrepancies }: Verdict): string[] => [
  ...new Set(discrepancies.map(({ code }) => code)),
];
