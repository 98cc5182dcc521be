import { zeroHash } from 'viem';
import type * as own from '../../audit/authority/check-authority.ts';
import { historyOf } from '../../audit/authority/scene.ts';
import type { Verdict } from '../../audit/lib/discrepancy.ts';
import { type AuthorityEvidence, changedBy } from './authority-evidence.ts';
import { causedBy } from './forged-acts.ts';
import { FORGERIES, type Forgery } from './forgeries.ts';
import type { AuditCase } from './left-out/cases.ts';
import { MORE_FORGERIES } from './more-forgeries.ts';

/** Lines that one cause may take. */
const MOST_LINES = 3;

/** Codes, each once; what is undecided with what it needs. */
function saidOf({ discrepancies, unverifiable }: Verdict): string[] {
  if (discrepancies.length > MOST_LINES) return [`${discrepancies.length} lines`];
  const doubts = unverifiable.map(({ code, need }) => `${code}: ${need}`);
  return [...new Set([...discrepancies.map(({ code }) => code), ...doubts])];
}

/** A node that cannot say some things. */
const withoutAnswers =
  (none: Partial<AuthorityEvidence['context']['answers']>): Forgery =>
  (honest) => ({
    ...honest,
    context: { ...honest.context, answers: { ...honest.context.answers, ...none } },
  });

const unknown = async (): Promise<undefined> => undefined;

function withheld(honest: AuthorityEvidence): AuthorityEvidence {
  const transactions = new Map(honest.transactions);
  transactions.delete(causedBy(honest, 'Arrived', 'arrived').event.tx);
  return { ...honest, transactions };
}

/** As a rollup's own transactions are. */
function unsigned(honest: AuthorityEvidence): AuthorityEvidence {
  const { tx } = causedBy(honest, 'Arrived', 'arrived').event;
  const { signed: _, ...sent } = honest.transactions.get(tx)!;
  return { ...honest, transactions: new Map(honest.transactions).set(tx, sent) };
}

function carriedOutTwice(honest: AuthorityEvidence): AuthorityEvidence {
  const { event } = causedBy(honest, 'Withdrawn', 'withdrawBySignature');
  const tx = zeroHash.replace('0x0', '0x1') as typeof zeroHash;
  const again = { ...honest.transactions.get(event.tx)!, hash: tx };
  const transactions = new Map(honest.transactions).set(tx, again);
  return { ...honest, transactions, events: [...honest.events, { ...event, tx }] };
}

/** Of the whole ledger. */
const WHOLE: [what: string, says: string[], change: Forgery][] = [
  ['each act that only somebody may do, by every kind of account', [], (honest) => honest],
  ['a withdrawal that is carried out twice', ['authority.nonce'], carriedOutTwice],
  [
    'old code that would have to be asked, and the node has none',
    ['ListingPublished', 'Booked', 'Canceled', 'Withdrawn', 'Deposited'].map(
      (name) => `authority.${name}: archive needed`,
    ),
    withoutAnswers({ callAt: unknown, codeAt: unknown }),
  ],
  [
    'a call behind another contract, where the node traces nothing',
    ['authority.Booked: trace needed'],
    withoutAnswers({ trace: unknown }),
  ],
  ['a transaction that no key signed', ['authority.Arrived: node’s word'], unsigned],
  ['a transaction that the node withholds', ['authority.Arrived: transaction needed'], withheld],
];

/** Changes of an honest ledger, each made once, and what must be said of them. */
export function authorityCases(honest: () => AuthorityEvidence): AuditCase[] {
  const made = new Map<Forgery, AuthorityEvidence | Promise<AuthorityEvidence>>();
  const once = (change: Forgery) => {
    const known = made.get(change) ?? change(honest());
    made.set(change, known);
    return known;
  };
  const runOf =
    (change: Forgery, isWhole: boolean): AuditCase['run'] =>
    async (load) => {
      const { checkAuthority } = load<typeof own>('authority/check-authority.ts');
      const changed = await once(change);
      const { events, transactions } = isWhole ? changed : changedBy(honest(), changed);
      const history = historyOf(isWhole ? events : honest().events);
      return saidOf(await checkAuthority(events, transactions.values(), changed.context, history));
    };
  return [
    ...[...FORGERIES, ...MORE_FORGERIES].map(([what, code, forge]) => ({
      what,
      says: [code],
      run: runOf(forge, false),
    })),
    ...WHOLE.map(([what, says, change]) => ({ what, says, run: runOf(change, true) })),
  ];
}
