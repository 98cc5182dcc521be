import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '../rules/mutants.ts';

const AUDIT = join(import.meta.dirname, '../../../audit');

/** A way in which checks speak, and what stands in the place of such a text when the check is left out. */
interface Way {
  pattern: RegExp;
  to: (match: RegExpExecArray, file: string) => string;
}

const always = (to: string) => (): string => to;

/** A call whose arguments are computed and whose result is this. */
const calls = (names: string, result: string): Way => ({
  pattern: new RegExp(String.raw`(?<!function |[^.]\.)\b(?:${names})\(`, 'g'),
  to: always(`((..._) => ${result})(`),
});

/** Of the accounts: a comparison or a contradiction that is recorded; a rule beside whether it is kept; two parts that are compared. */
const OF_ACCOUNTS: readonly Way[] = [
  { pattern: /(?<!function )\b(?:expectSame|disagree)\(\s*book\b/g, to: always('void (book') },
  { pattern: /^ {4}\[(['`].*?['`]), (?!\w+, |\d)(.*)\],$/gm, to: ([, rule]) => `    [${rule}, true],` },
  { pattern: /^ {4}\['[^']*', \w+, .*\],\n/gm, to: always('') },
];

/** Of an API: rows of which each is said, one that is a list's second field, and what stands in place of an answer. */
const OF_API: readonly Way[] = [
  {
    pattern: /\.map\((?=\([^()]*\) =>\s*(?:(?:missing|extra|mismatch)\(|\(\{\s*code:))/g,
    to: always('.flatMap(() => [], '),
  },
  { pattern: /\[(?=\{ \.\.\.(?:missing|extra|mismatch)\()/g, to: always('[] ?? [') },
  { pattern: /\bdifferences\.push\((?=missing\()/g, to: always('[].push(') },
  { pattern: /\breturn (?=mismatch\()/g, to: always('return [] ?? ') },
];

/** An entry into a list of what is said, a list that begins with one, and lists of them by functions without a name for it. */
const ENTRIES: readonly Way[] = [
  {
    pattern:
      /[\w.#]*\b(?:discrepancies|findings|unverifiable|faults|strangers|wrong|found)\.push\((?=\s*(?:\{|\.\.\.|\w+\())/g,
    to: always('[].push('),
  },
  {
    pattern: /\[(?=\s*(?:\{ code\b|\{\s*code:|(?:mismatch|missing(?:End)?|extra)\())/g,
    to: always('[] ?? ['),
  },
  { pattern: /\.map\((?:of[A-Z]\w*|notGiven)\)/g, to: always('.flatMap(() => [])') },
  calls('within', 'undefined'),
];

/** What a node or a bundle got wrong. */
const FAULTS: readonly Way[] = [
  { pattern: /[\w.]*\bfaults\.add\(/g, to: always('((..._) => undefined)(') },
  { pattern: /(?<![.\w])(?:refuse|add)\((?=\s*'node\.)/g, to: always('((..._) => undefined)(') },
  { pattern: /\b(?:this|reading)\.fault\(/g, to: always('((..._) => undefined)(') },
];

/** An error that ends the audit, one that is made of another one, and a check that speaks by errors or faults alone. */
const ERRORS: readonly Way[] = [
  { pattern: /\bthrow (?=new |outcome\b|(?!nodeError\b)[a-z]\w*\()/g, to: always('void ') },
  { pattern: /(?<=[?:] )(?:noMarket|unreadable|unusable)\(/g, to: always('((..._) => error)(') },
  calls('nodeError', 'undefined'),
  { pattern: /\{ refusal: (?=new NodeRefusal)/g, to: always('{ result: null } ?? { refusal: ') },
  {
    pattern:
      /(?<=^ *(?:else )?(?:(?:for|if) \(.*\) )?(?:await )?)(?:this\.#)?(?:require|check|compare|spot)(?:[A-Z]\w*)?\(/gm,
    to: always('((..._) => undefined)('),
  },
];

const JUDGEMENT = 'Judgement';
const LISTS = String.raw`(?:Difference|Discrepancy|Finding|Unverifiable|RecordFault)\[\]`;

/** Functions of a room whose declared result is of this type. */
function namesBy(texts: readonly string[], type: string): string {
  const declared = new RegExp(
    String.raw`(?:function|const) (\w+)\b(?:(?!\n\n|\n\}).)*?\): (?:Promise<)?(?:${type})`,
    'gs',
  );
  return texts.flatMap((text) => [...text.matchAll(declared)].map(([, name]) => name)).join('|');
}

/** A judgement that is made, and a rule's way to judge. Left out, the act is allowed. */
function ofJudgements(texts: readonly string[]): Way[] {
  const names = namesBy(texts, JUDGEMENT);
  const allowed = (file: string) => (/\bALLOWED\b/.test(file) ? 'ALLOWED' : '({ faults: [], doubts: [] })');
  return [
    { ...calls(names, ''), to: (_, file) => `((..._) => ${allowed(file)})(` },
    {
      pattern: new RegExp(String.raw`\b(?:${names})(?=,?\s*\),)`, 'g'),
      to: (_, file) => `() => ${allowed(file)}`,
    },
  ];
}

function waysOf(room: Room, texts: readonly string[]): readonly Way[] {
  const lists = namesBy(texts, LISTS);
  const ofLists = lists === '' ? [] : [calls(lists, '[]')];
  const single = namesBy(texts, String.raw`Discrepancy \| undefined`);
  const ofSingle = single === '' ? [] : [calls(single, 'undefined')];
  const ofActs = room === 'authority' ? ofJudgements(texts) : [];
  const ofBooks = room === 'accounting' ? OF_ACCOUNTS : [];
  const ofAnswers = room === 'api' ? OF_API : [];
  return [...ofBooks, ...ofAnswers, ...ENTRIES, ...ofLists, ...ofSingle, ...ofActs, ...FAULTS, ...ERRORS];
}

/** Rooms of the audit each of whose checks is left out in turn. The others say nothing of a ledger. */
export const ROOMS = ['accounting', 'api', 'authority', 'code', 'evidence', 'ledger', 'money'] as const;
export type Room = (typeof ROOMS)[number];

/** One puts in order what was said; the others read files and an API, and are among the compositions. */
const NO_CHECKS = ['accounting/by-cause.ts', 'evidence/bundle-files.ts', 'evidence/bundles-of-api.ts'];

/** Each check of a room left out once. A text that occurs twice is told apart by what stands before it. */
export function checksLeftOut(room: Room): Mutant[] {
  const files = globSync(`${room}/*.ts`, { cwd: AUDIT, exclude: NO_CHECKS })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(AUDIT, file), 'utf8') }));
  const ways = waysOf(
    room,
    files.map(({ text }) => text),
  );
  return files.flatMap(({ file, text }) => {
    const sites = ways.flatMap(({ pattern, to }) =>
      [...text.matchAll(pattern)].map((match) => ({
        index: match.index,
        match: match[0],
        to: to(match, text),
      })),
    );
    const once = sites.filter(({ index }, at) => sites.findIndex((each) => each.index === index) === at);
    return once.map(({ index, match, to }) => mutantAt(file, text, index, match, to));
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
