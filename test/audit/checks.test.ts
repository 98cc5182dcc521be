import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

/** Words before the dot that begin no code of a check: files, and errors with which the audit ends. */
const NO_CHECKS = /^(audit|network)\.|\.(csv|html|pdf|json|txt|xml|ts)$/;

/** Codes that a test cannot name alone, and why. */
const NOT_NAMED: Readonly<Record<string, string>> = {
  'booking.host':
    'the terms in force name the host, so listing.hostChanged or booking.termsNotInForce comes before',
  'node.rateLimited': 'an error, of which ledger/patience.test.ts tests the kind',
  'node.answerTooLarge': 'an error, of which ledger/patience.test.ts tests the kind',
  'node.noState': 'an error, of which ledger/patience.test.ts tests the kind',
  'node.noReceipts': 'a finding of nodes that give no receipts of a block',
  'evidence.recordRefused': 'a finding about records that the ledger would refuse',
};

/** Texts in quotes of the shape of a code, in files of the clone. */
function codesIn(pattern: string, shape: RegExp): Set<string> {
  const files = globSync(pattern, { cwd: ROOT });
  return new Set(files.flatMap((file) => readFileSync(join(ROOT, file), 'utf8').match(shape) ?? []));
}

const CODE = /(?<=')[a-z][A-Za-z]*\.[a-z][A-Za-z]*(?=')/g;

/** In tests the code stands in other texts too, such as in a pattern. */
const NAMED = /[a-z][A-Za-z]*\.[a-z][A-Za-z]*/g;

/** A test that awaits a code first fails without the check that says it. */
it('each check of the audit has a test that names what it says', () => {
  const rooms = ['accounting', 'authority', 'calldata', 'code', 'evidence', 'ledger', 'money'];
  const said = rooms.flatMap((room) => [...codesIn(`audit/${room}/**/*.ts`, CODE)]);
  const codes = said.filter((code) => !NO_CHECKS.test(code) && !(code in NOT_NAMED));
  expect(codes.length).toBeGreaterThan(100);
  const named = codesIn('test/audit/**/*.ts', NAMED);
  expect([...new Set(codes)].filter((code) => !named.has(code)).sort()).toEqual([]);
});
