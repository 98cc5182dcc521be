import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksLeftOut } from '../left-out/sites.ts';
import type { LeftOut } from './describe-compositions.ts';

const AUDIT = join(import.meta.dirname, '../../../audit');

/** Files that put the parts of the audit together. */
const COMPOSITIONS = [
  'audit-ledger.ts',
  'audit-report.ts',
  'command.ts',
  'earlier-run.ts',
  'evidence/audit-evidence.ts',
  'evidence/bundle-files.ts',
  'evidence/bundles-of-api.ts',
  'ledger-state.ts',
  'ledger/read-ledger.ts',
  'program.ts',
];

/** What the rest of its file needs: without it the program breaks, and none says less. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'audit-ledger.ts': ['audit(', 'recompute(', 'eventsOf('],
  'command.ts': ['parseSettings(', 'auditWithProgress(', 'progressOn(', 'report('],
  'earlier-run.ts': ['if (checkpoint?.accounts', 'accountsIn(', 'textsIn('],
  'evidence/audit-evidence.ts': ['bundlesIn(', 'checkEvidenceOf('],
  'evidence/bundles-of-api.ts': ['bytesOf(', 'limitedBody('],
  'ledger-state.ts': ['decodeLogs(', 'readHoldings(', 'readCodes(', 'ageOf(', 'isoTime(', 'ageText('],
  'ledger/read-ledger.ts': [
    ...['nodesOf(', 'marketAt(', 'readerOf(', 'filtersOf(', 'readToPin(', 'compareNodes('],
    ...['readConstants(', 'deploymentBlock(', 'if (checkpoint === undefined)'],
  ],
};

/** What declares and explains, and does nothing. */
const DECLARES = /^import [^;]*;|^export \{[^;]*;|\/\*\*[\s\S]*?\*\/|\/\/.*|function\*? \w+/gm;

const IMPORTED = /^import \{([^}]*)\} from '\.[^']*'/gm;
const OWN = /^(?:export )?(?:async )?(?:function\*?|const) (\w+)/gm;
const FUNCTION = /^[a-z]\w*$/;

/** Functions of this file and of others of the audit. */
function functionsOf(text: string): string[] {
  const imported = Array.from(text.matchAll(IMPORTED), ([, list]) => list!.split(',')).flat();
  const own = Array.from(text.matchAll(OWN), ([, name]) => name!);
  return [...imported, ...own].map((name) => name.trim()).filter((name) => FUNCTION.test(name));
}

/** The lines that a part of a file has, from its first to its last one. */
function linesOf(text: string, from: string): [first: number, last: number] {
  const first = lineAt(text, text.indexOf(from));
  return [first, first + from.trimEnd().split('\n').length - 1];
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** Lines of compositions that call, decide or refuse, and of which nothing is left out. */
export function linesWithout(misses: readonly LeftOut[]): string[] {
  const ofRooms = checksLeftOut('ledger').map(({ file, from, to }): LeftOut => [file, from, to]);
  return COMPOSITIONS.flatMap((file) => {
    const text = readFileSync(join(AUDIT, file), 'utf8');
    const leftOut = [...misses, ...ofRooms].flatMap(([of, from]) =>
      of === file ? [linesOf(text, from)] : [],
    );
    const isLeftOut = (line: number) => leftOut.some(([first, last]) => first <= line && line <= last);
    const isNeeded = (index: number) => NEEDED[file]?.some((each) => text.startsWith(each, index)) === true;
    const place = new RegExp(`\\b(?:throw|if (?=\\()|(?:${functionsOf(text).join('|')})(?=\\())`, 'g');
    const plain = text.replace(DECLARES, (found) => found.replace(/\S/g, '\u00b7'));
    const indexes = Array.from(plain.matchAll(place), ({ index }) => index).filter(
      (index) => !isNeeded(index),
    );
    const lines = new Set(indexes.map((index) => lineAt(text, index)));
    return [...lines].filter((line) => !isLeftOut(line)).map((line) => `${file}, line ${line}`);
  });
}
