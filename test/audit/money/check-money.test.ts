import fc from 'fast-check';
import type { Address, Hex } from 'viem';
import { describe, expect, it } from 'vitest';
import { checkMoney } from '../../../audit/money/check-money.ts';
import { shortagesOf } from '../../../audit/money/solvency.ts';
import { describeCases } from '../left-out/describe-cases.ts';
import { MONEY_CASES } from './money-cases.ts';
import { addressOf, MARKET, PARTIES, type Step, type Story, storyOf, txOf, withTransfer } from './stories.ts';

const RUNS = process.env.PLUGPACT_DEEP === undefined ? 200 : 10_000;

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('deposit', 'withdraw', 'relayed', 'earnings', 'sent') as fc.Arbitrary<Step['kind']>,
    party: fc.constantFrom(...PARTIES),
    units: fc.bigInt({ min: 3n, max: 40n }),
  }),
  { minLength: 1, maxLength: 12 },
);

const check = ({ events, transfers, owes, holds }: Story, called = new Map<Hex, Address>()) =>
  checkMoney({ market: MARKET, events, transfers, owes, holds }, called);

const codesOf = (story: Story, called?: Map<Hex, Address>) =>
  check(story, called).discrepancies.map(({ code }) => code);

describe('each transfer and the event that explains it', () => {
  it('fit on every honest history; what was sent by hand is a finding each', () => {
    fc.assert(
      fc.property(steps, (some) => {
        const { discrepancies, findings } = check(storyOf(some));
        expect(discrepancies).toEqual([]);
        expect(findings).toHaveLength(some.filter(({ kind }) => kind === 'sent').length);
      }),
      { numRuns: RUNS },
    );
  });

  it('name a withdrawal that went to another, or was short, or never left; and a deposit that was', () => {
    fc.assert(
      fc.property(
        steps,
        fc.nat(),
        fc.constantFrom('another', 'short', 'none') as fc.Arbitrary<string>,
        (some, pick, how) => {
          const moving = some.filter(({ kind }) => kind !== 'sent');
          fc.pre(moving.length > 0);
          const story = storyOf(moving);
          const index = 1 + (pick % moving.length);
          const isIn = moving[index - 1]!.kind === 'deposit';
          const changed = withTransfer(story, index, (one) => {
            if (how === 'none') return [];
            if (how === 'short') return [{ ...one, value: one.value - 1n }];
            return [{ ...one, [isIn ? 'from' : 'to']: addressOf(7) }];
          });
          const expected = !isIn
            ? 'money.withdrawal'
            : how === 'another'
              ? 'money.deposit'
              : 'deposit.notTransferred';
          expect(codesOf(changed)).toContain(expected);
          expect(codesOf(changed)).not.toContain('market.surplus');
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('name tokens that left without an event, and the blocks in which they were missing', () => {
    const story = storyOf([{ kind: 'sent', party: PARTIES[1]!, units: 5n }]);
    const [deposit, sent] = story.transfers;
    const away = { ...deposit!, from: MARKET, to: PARTIES[2]!, tx: txOf(50), blockNumber: 60, value: 100n };
    const back = { ...deposit!, from: PARTIES[2]!, to: MARKET, tx: txOf(51), blockNumber: 70, value: 100n };
    const transfers = [deposit!, sent!, away, back];
    const found = check({ ...story, transfers });
    expect(found.discrepancies.map(({ code }) => code)).toEqual(['money.outflow', 'money.insolvent']);
    expect(found.discrepancies[1]).toMatchObject({ found: 'up to 95 too few until block 70' });
    expect(shortagesOf(MARKET, story.events, [deposit!, away])).toMatchObject([
      { untilBlock: undefined, units: 100n },
    ]);
  });

  it('name money that a call of the market took without an event', () => {
    const story = storyOf([{ kind: 'sent', party: PARTIES[1]!, units: 5n }]);
    expect(codesOf(story)).toEqual([]);
    expect(codesOf(story, new Map([[txOf(1), MARKET]]))).toEqual(['money.deposit']);
    expect(codesOf(story, new Map([[txOf(1), PARTIES[2]!]]))).toEqual([]);
  });

  it('name a surplus that no transfer explains, and a balance below the transfers', () => {
    const story = storyOf([{ kind: 'deposit', party: PARTIES[1]!, units: 5n }]);
    expect(codesOf({ ...story, holds: story.holds + 1n })).toEqual(['market.surplus']);
    expect(codesOf({ ...story, holds: story.holds - 1n, owes: story.owes - 2n })).toEqual(['money.balance']);
  });
});

describeCases('money', MONEY_CASES);
