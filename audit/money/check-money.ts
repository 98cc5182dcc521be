import { type Address, type Hex, isAddressEqual } from 'viem';
import type { TokenTransfer } from '../ledger/read-ledger.ts';
import { type Discrepancy, type Finding, type Verdict, verdict } from '../lib/discrepancy.ts';
import type { LedgerEvent } from '../rules/events.ts';
import { type EarlierMoney, NO_MONEY, netOf, UNCREDITED } from './earlier-money.ts';
import { type Matching, type Movement, matchTransfers } from './match-transfers.ts';
import { passedShortages, shortagesOf } from './solvency.ts';

/** What the audit of the money is made from. */
export interface MoneyTask {
  market: Address;
  events: readonly LedgerEvent[];
  transfers: readonly TokenTransfer[];
  /** Token units that the market owes at the pinned block, as recomputed, and holds. */
  owes: bigint;
  holds: bigint;
  /** What came before these events and transfers, if they are not all. */
  earlier?: EarlierMoney | undefined;
}

/** The transactions whose receiver `checkMoney` has to know: they moved tokens to the market without an event. */
export const uncreditedIn = ({ market, events, transfers }: MoneyTask): Hex[] => [
  ...new Set(matchTransfers(market, events, transfers).uncredited.map(({ tx }) => tx)),
];

/**
 * Each transfer of the token against the one event that explains it, both ways; solvency after every block. Money that
 * somebody sent without a call of the market is credited to nobody: a finding. `calledBy` is whom a transaction calls.
 */
export function checkMoney(task: MoneyTask, calledBy: ReadonlyMap<Hex, Address | null>): Verdict {
  const { market, events, transfers, earlier = NO_MONEY } = task;
  const matching = matchTransfers(market, events, transfers);
  const discrepancies = [
    ...matching.unmoved.map(ofUnmoved),
    ...matching.unlike.map(ofUnlike),
    ...matching.unexplained.map(ofUnexplained),
  ];
  const findings: Finding[] = [...earlier.uncredited];
  for (const transfer of matching.uncredited) {
    const called = calledBy.get(transfer.tx);
    if (called && isAddressEqual(called, market)) discrepancies.push(ofUnlogged(transfer));
    else findings.push(ofSent(transfer));
  }
  discrepancies.push(
    ...passedShortages(shortagesOf(market, events, transfers, earlier.unowed)),
    ...ofBalance(task, matching),
  );
  return verdict({ discrepancies, findings });
}

const RULE = 'Each transfer of the token from or to the market is what one event reports: party and units.';

const subjectOf = ({ event }: Movement) => ({
  tx: event.tx,
  ...('account' in event.args ? { account: event.args.account } : { account: event.args.host }),
});

/** The party is the sender of a deposit and the receiver of a withdrawal. */
const saidBy = ({ isDeposit, party, units }: Movement): string =>
  `${units} token units ${isDeposit ? 'from' : 'to'} ${party}`;

function ofUnmoved(movement: Movement): Discrepancy {
  const code = movement.isDeposit ? 'deposit.notTransferred' : 'money.withdrawal';
  const found = 'no transfer in its transaction';
  return { code, ...subjectOf(movement), rule: RULE, expected: saidBy(movement), found };
}

function ofUnlike({ movement, transfer }: { movement: Movement; transfer: TokenTransfer }): Discrepancy {
  const { from, to, value } = transfer;
  const { isDeposit, units } = movement;
  const isShort = isDeposit && value < units;
  const code = isShort ? 'deposit.notTransferred' : isDeposit ? 'money.deposit' : 'money.withdrawal';
  const found = `${value} token units ${isDeposit ? `from ${from}` : `to ${to}`}`;
  return { code, ...subjectOf(movement), rule: RULE, expected: saidBy(movement), found };
}

const ofUnexplained = ({ tx, to, value }: TokenTransfer): Discrepancy => ({
  code: 'money.outflow',
  ...{ tx, rule: RULE },
  expected: 'an event that reports the transfer',
  found: `${value} token units to ${to}`,
});

const ofUnlogged = ({ tx, from, value }: TokenTransfer): Discrepancy => ({
  code: 'money.deposit',
  ...{ tx, account: from, rule: RULE },
  expected: `an event that reports ${value} token units from ${from}`,
  found: 'a call of the market without one',
});

const ofSent = ({ tx, value }: TokenTransfer): Finding => ({
  code: UNCREDITED,
  tx,
  detail: `${value} token units sent without a deposit`,
});

/** Balance, debts and transfers have to fit together at the pinned block. */
function ofBalance(
  { market, transfers, owes, holds, earlier = NO_MONEY }: MoneyTask,
  matching: Matching,
): Discrepancy[] {
  const net = earlier.net + netOf(market, transfers);
  // Less than what is owed is named by the accounts.
  if (holds < net && holds >= owes) {
    const rule = 'The token moves by transfers alone: it takes no fee and changes no balance by itself.';
    return [
      { code: 'money.balance', rule, expected: `${net} token units by all transfers`, found: `${holds}` },
    ];
  }
  const explained = earlier.unowed + explainedBy(market, matching);
  const surplus = holds - owes;
  if (surplus <= explained) return [];
  const expected = `${explained} token units more than owed, at most`;
  return [{ code: 'market.surplus', expected, found: `${surplus}` }];
}

/** Token units that are in the market and owed to nobody, and already named. */
function explainedBy(market: Address, { uncredited, unlike, unmoved, matched }: Matching): bigint {
  let sum = 0n;
  for (const { value } of uncredited) sum += value;
  for (const { isDeposit, units } of unmoved) if (!isDeposit) sum += units;
  for (const { movement, transfer } of unlike) {
    const beyond = movement.isDeposit ? transfer.value - movement.units : movement.units - transfer.value;
    if (beyond > 0n) sum += beyond;
  }
  // Who withdraws to the market itself has given the money away.
  for (const { movement, transfer } of matched) {
    if (!movement.isDeposit && isAddressEqual(transfer.to, market)) sum += transfer.value;
  }
  return sum;
}
