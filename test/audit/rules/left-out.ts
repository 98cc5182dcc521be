import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';

const AUDIT = join(import.meta.dirname, '../../../audit');

/** A comparison, or a contradiction that is recorded: left out, its arguments are computed and nothing is said. */
const CALLS = /(?<!function )\b(?:expectSame|disagree)\(\s*book\b/g;

/** A rule beside whether it is kept. */
const RULES = /^ {4}\[(['`].*?['`]), (.*)\],$/gm;

/** Each check of the accounts left out once. A text that occurs twice is told apart by what stands before it. */
export function checksLeftOut(): Mutant[] {
  return globSync('accounting/*.ts', { cwd: AUDIT, exclude: ['accounting/freshness.ts'] })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(AUDIT, file), 'utf8');
      const at = [...text.matchAll(CALLS)].map((match) => ({
        index: match.index,
        match: match[0],
        to: `void (book`,
      }));
      const rules = [...text.matchAll(RULES)].map((match) => ({
        index: match.index,
        match: match[0],
        to: `    [${match[1]}, true],`,
      }));
      return [...at, ...rules].map(({ index, match, to }) => mutantAt(file, text, index, match, to));
    });
}

/** The mutant with as much of the text before it as makes it the only one. */
function mutantAt(file: string, text: string, index: number, match: string, to: string): Mutant {
  let from = index;
  while (text.split(text.slice(from, index + match.length)).length > 2) from--;
  const before = text.slice(from, index);
  const line = text.slice(0, index).split('\n').length;
  const what = `line ${line}: ${text.slice(index, index + 70).replace(/\s+/g, ' ')}`;
  return { what, file, from: before + match, to: before + to };
}
