import { type Hex, isAddressEqual } from 'viem';
import { type Act, actsOf } from '../calldata/acts.ts';
import { marketCallsOf } from '../calldata/trace.ts';
import type { Transaction } from '../ledger/transactions.ts';
import type { Discrepancy, Unverifiable, Verdict } from '../lib/discrepancy.ts';
import { signerOfBytes } from '../lib/signatures.ts';
import type { LedgerEvent } from '../rules/events.ts';
import { ActIndex, subjectOf } from './act-index.ts';
import { ALLOWED, isAllowed, type Judgement, refusedBy, undecided } from './judgement.ts';
import { checkNonces, type SpentNonce } from './nonces.ts';
import { RULES, type Rule } from './rules.ts';
import { type AuthorityContext, type History, historyOf } from './scene.ts';

function ruleOf({ eventName }: LedgerEvent): Rule | undefined {
  const rule = RULES[eventName];
  return typeof rule === 'string' ? undefined : rule;
}

/** The transactions whose calldata says who was allowed: each once, in the order of the ledger. */
export const transactionsToRead = (events: readonly LedgerEvent[]): Hex[] => [
  ...new Set(events.filter((event) => ruleOf(event) !== undefined).map(({ tx }) => tx)),
];

/**
 * Matches each event that only somebody may cause with the call that caused it, and checks who called or signed. Asks
 * nothing but `context.answers`, and that only where calldata cannot say it.
 *
 * @param history What these events build on, where earlier ones are not among them.
 */
export async function checkAuthority(
  events: readonly LedgerEvent[],
  transactions: AsyncIterable<Transaction> | Iterable<Transaction>,
  context: AuthorityContext,
  history: History = historyOf(events),
): Promise<Verdict> {
  const check = new AuthorityCheck(events, context, history);
  for await (const transaction of transactions) await check.check(transaction);
  return check.verdict();
}

/** An event that waits for its transaction. */
interface Waiting {
  event: LedgerEvent;
  /** Its number in the order of the ledger. */
  order: number;
  rule: Rule;
}

interface SeenActs {
  index: ActIndex;
  /** Whether no call of the market can be missing. */
  isWhole: boolean;
}

/** One transaction after the other; the verdict is in the order of the ledger. */
class AuthorityCheck {
  readonly #context: AuthorityContext;
  readonly #history: History;
  readonly #waiting = new Map<Hex, Waiting[]>();
  readonly #spent: SpentNonce[] = [];
  readonly #discrepancies: { order: number; entry: Discrepancy }[] = [];
  readonly #unverifiable: { order: number; entry: Unverifiable }[] = [];

  constructor(events: readonly LedgerEvent[], context: AuthorityContext, history: History) {
    this.#context = context;
    this.#history = history;
    for (const [order, event] of events.entries()) {
      const rule = ruleOf(event);
      if (rule === undefined) continue;
      const others = this.#waiting.get(event.tx);
      if (others === undefined) this.#waiting.set(event.tx, [{ event, order, rule }]);
      else others.push({ event, order, rule });
    }
  }

  async check(transaction: Transaction): Promise<void> {
    const waiting = this.#waiting.get(transaction.hash) ?? [];
    this.#waiting.delete(transaction.hash);
    const [first] = waiting;
    if (first === undefined) return;
    this.#record(first, isBySender(transaction));
    const seen = await this.#actsBehind(transaction, waiting);
    for (const each of waiting) this.#record(each, await this.#judge(each, seen, transaction));
  }

  /** The calls that the calldata shows; where they do not explain each event, those that a trace shows. */
  async #actsBehind(transaction: Transaction, waiting: readonly Waiting[]): Promise<SeenActs> {
    const { hash, from, to, input } = transaction;
    const { market } = this.#context.market;
    const isDirect = to !== null && isAddressEqual(to, market);
    const index = this.#indexed(actsOf(hash, isDirect ? [{ sender: from, input }] : []));
    const isExplained = ({ event, rule }: Waiting) =>
      rule.isFree === true || index.candidates(event, rule).length > 0;
    if (waiting.every(isExplained)) return { index, isWhole: true };
    const frame = await this.#context.answers.trace(hash);
    if (frame === undefined) return { index, isWhole: isDirect };
    return { index: this.#indexed(actsOf(hash, marketCallsOf(frame, market))), isWhole: true };
  }

  #indexed = (acts: readonly Act[]): ActIndex => new ActIndex(this.#context.market, acts);

  async #judge({ event, order, rule }: Waiting, seen: SeenActs, { to }: Transaction): Promise<Judgement> {
    const best = await this.#bestAct(event, rule, seen.index);
    if (best !== undefined) {
      seen.index.take(event, best.act);
      this.#spend(event, best.act, order);
      return best.judgement;
    }
    if (rule.isFree === true) return ALLOWED;
    if (!seen.isWhole) return undecided('trace needed', `${event.eventName} by a call from inside of ${to}`);
    return refusedBy('call', `Allowed is ${rule.who}.`, `a call of ${rule.acts.join(', ')}`, 'no such call');
  }

  /** The act that allows the event; where none does, the one that comes nearest. */
  async #bestAct(
    event: LedgerEvent,
    rule: Rule,
    index: ActIndex,
  ): Promise<{ act: Act; judgement: Judgement } | undefined> {
    const judged: { act: Act; judgement: Judgement }[] = [];
    for (const act of index.candidates(event, rule)) {
      const scene = { context: this.#context, history: this.#history, event, act };
      const judgement = await rule.judge(scene);
      if (isAllowed(judgement)) return { act, judgement };
      judged.push({ act, judgement });
    }
    return judged.toSorted((a, b) => a.judgement.faults.length - b.judgement.faults.length)[0];
  }

  #spend({ eventName, tx }: LedgerEvent, act: Act, order: number): void {
    if (eventName === 'Withdrawn' && act.name === 'withdrawBySignature') {
      const [{ account, nonce }] = act.args;
      this.#spent.push({ account, nonce, tx, order });
    } else if (eventName === 'EarningsWithdrawn' && act.name === 'withdrawEarningsBySignature') {
      const [{ host, nonce }] = act.args;
      this.#spent.push({ account: host, nonce, tx, order });
    }
  }

  #record({ event, order }: Waiting, { faults, doubts }: Judgement): void {
    const subject = subjectOf(event);
    for (const fault of faults) this.#discrepancies.push({ order, entry: { ...subject, ...fault } });
    for (const doubt of doubts) {
      this.#unverifiable.push({
        order,
        entry: { code: `authority.${event.eventName}`, ...subject, ...doubt },
      });
    }
  }

  verdict(): Verdict {
    for (const each of [...this.#waiting.values()].flat()) {
      this.#record(
        each,
        undecided('transaction needed', `${each.event.eventName}: the node does not give it`),
      );
    }
    const inOrder = <T>(list: readonly { order: number; entry: T }[]): T[] =>
      list.toSorted((a, b) => a.order - b.order).map(({ entry }) => entry);
    return {
      discrepancies: [...inOrder(this.#discrepancies), ...checkNonces(this.#spent)],
      findings: [],
      unverifiable: inOrder(this.#unverifiable),
    };
  }
}

/** Whose transaction it is stands in its signature; a rollup's own kinds have none. */
function isBySender({ from, signed }: Transaction): Judgement {
  if (signed === undefined)
    return undecided('node’s word', `that ${from} sent it: this kind of transaction has no signature`);
  const signer = signerOfBytes(signed.digest, signed.signature);
  return signer !== undefined && isAddressEqual(signer, from)
    ? ALLOWED
    : refusedBy('sender', 'A transaction is its signer’s.', signer ?? 'a valid signature', from);
}
