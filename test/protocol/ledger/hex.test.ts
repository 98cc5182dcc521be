import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHex } from '../../../protocol/ledger/hex.ts';

const RUNS = 1_000;

test('a text is hex where a regular expression says so', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789abcdef') });
  // Digits with a character among them that a table by code could take for one.
  const odd = fc.constantFrom(
    '',
    'A',
    'g',
    'x',
    '/',
    ':',
    '`',
    '\n',
    '\0',
    '\u{130}',
    '\u{161}',
    '\u{ff10}',
    '😀',
  );
  const prefix = fc.constantFrom('0x', '0X', '', 'x', '0');
  let isHexCount = 0;
  fc.assert(
    fc.property(prefix, digits, odd, digits, (start, before, between, after) => {
      const text = start + before + between + after;
      expect(isHex(text)).toBe(/^0x[0-9a-f]*$/.test(text) && !text.endsWith('\n'));
      if (isHex(text)) isHexCount += 1;
    }),
    { seed: 20_261_130, numRuns: RUNS },
  );
  expect(isHexCount).toBeGreaterThan(0);
});
