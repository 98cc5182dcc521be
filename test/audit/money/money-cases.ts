import type { Address, Hex } from 'viem';
import type * as own from '../../../audit/money/check-money.ts';
import { type AuditCase, codesIn } from '../left-out/cases.ts';
import { addressOf, MARKET, PARTIES, type Step, type Story, storyOf, txOf, withTransfer } from './stories.ts';

const [, OWNER] = PARTIES as [Address, Address];

const of = (kind: Step['kind']): Story => storyOf([{ kind, party: OWNER, units: 9n }]);

/** The transfer of the one step, which follows that of the first deposit. */
const STEP = 1;

function moneyCase(
  what: string,
  says: readonly string[],
  story: Story,
  called: [Hex, Address][] = [],
): AuditCase {
  return {
    what,
    says,
    run: (load) => {
      const { checkMoney } = load<typeof own>('money/check-money.ts');
      return codesIn(checkMoney({ ...story, market: MARKET }, new Map(called)));
    },
  };
}

/** Tokens leave without an event, and come back later. */
function borrowed(): Story {
  const story = of('deposit');
  const [deposit] = story.transfers;
  const away = { ...deposit!, from: MARKET, to: OWNER, tx: txOf(50), blockNumber: 60, value: 1_100n };
  const back = { ...deposit!, from: OWNER, to: MARKET, tx: txOf(51), blockNumber: 70, value: 1_100n };
  return { ...story, transfers: [...story.transfers, away, back] };
}

const held = (change: Partial<Record<'holds' | 'owes', bigint>>): Story => {
  const story = of('deposit');
  return { ...story, holds: story.holds + (change.holds ?? 0n), owes: story.owes + (change.owes ?? 0n) };
};

/** Each way in which token and events contradict each other, alone. */
export const MONEY_CASES: readonly AuditCase[] = [
  ...(['deposit', 'withdraw', 'relayed', 'earnings'] as const).map((kind) =>
    moneyCase(`honest: ${kind}`, [], of(kind)),
  ),
  moneyCase('tokens that were sent by hand', ['market.uncredited'], of('sent')),
  moneyCase('the same in a call of the market', ['money.deposit'], of('sent'), [[txOf(1), MARKET]]),
  moneyCase(
    'a deposit without its transfer',
    ['deposit.notTransferred'],
    withTransfer(of('deposit'), STEP, () => []),
  ),
  moneyCase(
    'a withdrawal without its transfer',
    ['money.withdrawal'],
    withTransfer(of('withdraw'), STEP, () => []),
  ),
  moneyCase(
    'a withdrawal to another',
    ['money.withdrawal'],
    withTransfer(of('withdraw'), STEP, (one) => [{ ...one, to: addressOf(7) }]),
  ),
  moneyCase(
    'tokens that leave and come back',
    ['money.outflow', 'money.insolvent', 'market.uncredited'],
    borrowed(),
  ),
  moneyCase('more than all transfers brought', ['market.surplus'], held({ holds: 1n })),
  moneyCase('less than all transfers brought', ['money.balance'], held({ holds: -1n, owes: -2n })),
];
