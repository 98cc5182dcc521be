import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logAnswer, usualLog } from '../../../protocol/ledger/answers.ts';

const RUNS = process.env.PLUGPACT_DEEP ? 20_000 : 500;

const hex = (chars: number, digits = '0123456789abcdef') =>
  fc
    .string({ unit: fc.constantFrom(...digits), minLength: chars, maxLength: chars })
    .map((text) => `0x${text}`);

/** A log as nodes send it, and each field in a form that is wrong, or allowed and seldom. */
const USUAL = {
  address: hex(40, '0123456789abcdefABCDEF'),
  topics: fc.array(hex(64), { maxLength: 4 }),
  data: fc.nat({ max: 80 }).chain((bytes) => hex(2 * bytes)),
  blockNumber: fc.nat().map((n) => `0x${n.toString(16)}`),
  blockHash: hex(64),
  blockTimestamp: fc.nat().map((n) => `0x${n.toString(16)}`),
  logIndex: fc.nat({ max: 999 }).map((n) => `0x${n.toString(16)}`),
  transactionHash: hex(64),
  removed: fc.boolean(),
};
const ODD = [
  ...[null, undefined, 7, '', '0x', '0xg1', '0x123', 'ab', '0x1\n', [], {}, ['0x1'], true],
  ...[`0x${'A'.repeat(64)}`, `0x${'a'.repeat(64)}\n`, `0x${'f'.repeat(14)}`, [`0x${'0'.repeat(64)}`, 7]],
  Array(5).fill(`0x${'0'.repeat(64)}`),
];

test('a usual log is read as its schema reads it, and no other one is', () => {
  let usual = 0;
  const field = fc.constantFrom(...(Object.keys(USUAL) as (keyof typeof USUAL)[]));
  fc.assert(
    fc.property(
      fc.record(USUAL),
      fc.option(fc.tuple(field, fc.constantFrom(...ODD)), { freq: 2 }),
      (log, odd) => {
        const answer = odd === null ? log : { ...log, [odd[0]]: odd[1] };
        const found = usualLog(answer);
        const expected = logAnswer.safeParse(answer);
        if (odd === null) expect(found).toBeDefined();
        if (found === undefined) return;
        usual += 1;
        expect(expected.success && expected.data).toEqual(found);
      },
    ),
    { seed: 20_261_130, numRuns: RUNS },
  );
  expect(usual).toBeGreaterThan(RUNS / 4);
  for (const nothing of [null, undefined, 7, 'log', []]) expect(usualLog(nothing)).toBeUndefined();
});
