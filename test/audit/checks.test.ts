import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';
import { checksLeftOut, ROOMS } from './left-out/sites.ts';

/** Words before the dot that begin no code of a check: files, fields, and errors with which the audit ends. */
const NO_CHECKS =
  /^(audit|network|state|terms|place|token|windows|record|endReading|geometry|coordinates|evses|connectors)\.|\.(csv|html|pdf|json|txt|xml|ts)$/;

/** Codes that a test cannot name alone, and why. */
const NOT_NAMED: Readonly<Record<string, string>> = {
  'booking.host':
    'the terms in force name the host, so listing.hostChanged or booking.termsNotInForce comes before',
};

/** Files that name codes of other files. */
const NO_SITES: Readonly<Record<string, string>> = {
  'accounting/by-cause.ts': 'puts what was said in order',
  'accounting/causes.ts': 'says which codes are causes of others',
  'ledger/client.ts': 'has the words of errors that other files throw',
  'money/earlier-money.ts': 'has a code that check-money.ts says',
  'money/solvency.ts': 'makes entries of which check-money.ts says which are told',
};

const CODE = /(?<=')[a-z][A-Za-z]*\.[a-z][A-Za-z]*(?=')/g;

/** In tests the code stands in other texts too, such as in a pattern. */
const NAMED = /[a-z][A-Za-z]*\.[a-z][A-Za-z]*/g;

const filesOf = (pattern: string): string[] => globSync(pattern, { cwd: ROOT }).sort();

const codesIn = (file: string): string[] =>
  (readFileSync(join(ROOT, file), 'utf8').match(CODE) ?? []).filter((code) => !NO_CHECKS.test(code));

const ofRooms = ROOMS.flatMap((room) => filesOf(`audit/${room}/*.ts`));

/** A test that awaits a code first fails without the check that says it. */
it('each check of the audit has a test that names what it says', () => {
  const said = [...new Set(ofRooms.flatMap(codesIn))].filter((code) => !(code in NOT_NAMED));
  expect(said.length).toBeGreaterThan(100);
  const texts = filesOf('test/audit/**/*.ts').map((file) => readFileSync(join(ROOT, file), 'utf8'));
  const named = new Set(texts.flatMap((text) => text.match(NAMED) ?? []));
  expect(said.filter((code) => !named.has(code)).sort()).toEqual([]);
});

/** Each check is left out in turn, if the places where checks speak are found. */
it('each file that names a code has checks that are left out', () => {
  const withSites = new Set(ROOMS.flatMap((room) => checksLeftOut(room)).map(({ file }) => `audit/${file}`));
  const silent = ofRooms.filter((file) => codesIn(file).length > 0 && !withSites.has(file));
  expect(silent).toEqual(Object.keys(NO_SITES).map((file) => `audit/${file}`));
});
