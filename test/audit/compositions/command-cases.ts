import { join } from 'node:path';
import type { AuditReport } from '../../../audit/audit-report.ts';
import type * as own from '../../../audit/command.ts';
import { type Verdict, verdict } from '../../../audit/lib/discrepancy.ts';
import { mutatedAudit } from '../rules/mutated-audit.ts';
import type { Load } from '../rules/vector-checks.ts';
import { runHere } from '../run-script.ts';
import { type ComposedCase, inFile, type LeftOut } from './describe-compositions.ts';

const inCommand = inFile('command.ts');

const MARKET = `0x${'1'.repeat(40)}`;
const RPC = 'http://127.0.0.1:8545';
const LEDGER = ['--rpc', RPC, '--market', MARKET];
const API = 'https://charge.example';
const NO_FOLDER = join(import.meta.dirname, 'no-folder');

/** Fields by their names, in whatever order they were set. */
const textOf = (fields: object): string => JSON.stringify(Object.entries(fields).sort());

interface Plan {
  args?: readonly string[];
  /** What the audits of ledger and API find. */
  ofLedger?: Partial<Verdict>;
  ofApi?: Partial<Verdict>;
}

const shared = mutatedAudit();

/** The first words of the first two lines of what is printed. */
const beginning = (name: string, text: string): string[] =>
  text
    .split('\n')
    .slice(0, 2)
    .flatMap((line) => (line === '' ? [] : [`${name}: ${line.split(' ').slice(0, 5).join(' ')}`]));

/** The command with parts that say what they are given, and find what the plan says. */
function partsOf({ ofLedger, ofApi }: Plan, said: string[]) {
  const report = { ...verdict(ofLedger), bookings: [], events: () => [] } as unknown as AuditReport;
  const codes = ({ discrepancies }: AuditReport) => discrepancies.map(({ code }) => code).join() || 'nothing';
  return {
    'audit-ledger.ts': () => ({
      auditLedger: async ({ progress, ...task }: { progress: () => void }) => {
        said.push(`audits ${textOf(task)}, ${typeof progress}`);
        return report;
      },
    }),
    'api/compare-api.ts': () => ({
      compareWithApi: async (_: AuditReport, { progress, ...source }: { progress: () => void }) => {
        said.push(`compares ${textOf(source)}, ${typeof progress}`);
        return verdict(ofApi);
      },
    }),
    'report/progress.ts': () => ({
      progressOn: () => ({ show: () => undefined, end: () => said.push('ends progress') }),
    }),
    'report/print.ts': () => ({
      toText: (found: AuditReport) => `text of ${codes(found)}`,
      toJson: (found: AuditReport) => `JSON of ${codes(found)}`,
    }),
    'report/write-files.ts': (exported: object) => ({
      ...exported,
      writeFiles: async (found: AuditReport) => said.push(`writes ${codes(found)}`),
    }),
    'export/write-exports.ts': (exported: object) => ({
      ...exported,
      writeExports: async (found: AuditReport) => [`exports ${codes(found)}`],
    }),
  };
}

function ofCommand(
  what: string,
  says: readonly string[],
  plan: Plan,
  misses: readonly LeftOut[],
): ComposedCase {
  const said: string[] = [];
  return {
    ...{ what, says, misses },
    loader: (mutant) => mutatedAudit(mutant, { fetch, shared, around: partsOf(plan, said) }),
    run: async (load: Load) => {
      said.length = 0;
      const { audit } = load<typeof own>('command.ts');
      const { code, stdout, stderr } = await runHere(audit, [...LEDGER, ...(plan.args ?? [])]);
      return [...said, ...beginning('stdout', stdout), ...beginning('stderr', stderr), `code ${code}`];
    },
  };
}

/** What the audit of the ledger is given; what is not here, as `--help` says. */
const task = (more: object = {}) => {
  const rest = { maxAgeSec: 600, receipts: false, isStrict: false, isJson: false, reports: [], exports: [] };
  return `audits ${textOf({ rpcUrl: [RPC], market: MARKET, ...rest, ...more })}, function`;
};

const rest = (codes: string) => ['ends progress', `writes ${codes}`];
const printed = (codes: string) => [`stdout: text of ${codes}`, `stderr: exports ${codes}`];

const wrong = (code: string): Partial<Verdict> => ({ discrepancies: [{ code, expected: '1', found: '2' }] });
const doubt: Partial<Verdict> = { unverifiable: [{ code: 'a.b', need: 'x', detail: 'y' }] };

const STRICT = task({ isStrict: true });

export const COMMAND_CASES: readonly ComposedCase[] = [
  ofCommand('a command', [task(), ...rest('nothing'), ...printed('nothing'), 'code 0'], {}, [
    inCommand('await writeFiles(found, settings);'),
    inCommand('console.error(line);'),
    inCommand('    console.log(toText(found));\n'),
    inCommand('...settings, progress', '...{ ...settings, maxAgeSec: undefined }, progress'),
    inCommand('progress: progress.show });', '});'),
    inCommand('progress.end();'),
  ]),
  ofCommand(
    'a command whose ledger does not reconcile',
    [task(), ...rest('session.cost'), ...printed('session.cost'), 'code 1'],
    { ofLedger: wrong('session.cost') },
    [inCommand('exitCodeOf(found, settings.isStrict)', '0')],
  ),
  ofCommand(
    'a strict command that is not all verified',
    [STRICT, ...rest('nothing'), ...printed('nothing'), 'code 1'],
    { args: ['--strict'], ofLedger: doubt },
    [inCommand(', settings.isStrict);', ', false);')],
  ),
  ofCommand(
    'a command with an API that differs',
    [
      task({ api: API }),
      `compares ${textOf({ apiUrl: API, rpcUrl: RPC, market: MARKET })}, function`,
      ...rest('api.mismatch'),
      ...printed('api.mismatch'),
      'code 1',
    ],
    { args: ['--api', API], ofApi: wrong('api.mismatch') },
    [
      inCommand('if (settings.api === undefined) return ledger;', 'return ledger;'),
      inCommand('withVerdict(ledger, await compareWithApi(ledger, source))', 'ledger'),
      inCommand(
        'withVerdict(ledger, await compareWithApi(ledger, source))',
        'await compareWithApi(ledger, source), ledger',
      ),
      inCommand('market, progress: progress.show };', 'market };'),
      inCommand('const source = { apiUrl, rpcUrl', 'const source = { rpcUrl'),
    ],
  ),
  ofCommand(
    'a command for a program',
    [
      task({ isJson: true }),
      ...rest('session.cost'),
      'stdout: JSON of session.cost',
      'stderr: exports session.cost',
      'stderr: text of session.cost',
      'code 1',
    ],
    { args: ['--json'], ofLedger: wrong('session.cost') },
    [
      inCommand('    console.error(toText(found));\n'),
      inCommand('console.log(toJson(found));'),
      inCommand('if (settings.isJson)', 'if (false)'),
    ],
  ),
  ofCommand(
    'a command with options that are none',
    ['stderr: The audit takes --rpc URL', 'code 2'],
    { args: ['--fast'] },
    [
      inCommand('return 2;', 'return 0;'),
      inCommand('console.error(error instanceof Error ? error.message : error);'),
    ],
  ),
  ofCommand(
    'a report in no folder',
    ['stderr: The audit writes its files', 'code 2'],
    { args: ['--report', join(NO_FOLDER, 'a.html')] },
    [inCommand('requireFolders(settings);')],
  ),
  ofCommand(
    'an export in no folder',
    ['stderr: The audit writes its exports', 'code 2'],
    { args: ['--export', `ocpi=${join(NO_FOLDER, 'a.json')}`] },
    [inCommand('await prepareExports(settings.exports);')],
  ),
  ofCommand(
    'a command that asks for help',
    [
      'stdout: plugpact-audit --rpc URL --market ADDRESS',
      'stdout: plugpact-audit --network NAME [options]',
      'code 0',
    ],
    { args: ['--help'] },
    [inCommand('if (asksForHelp(args)) {', 'if (false) {'), inCommand('console.log(helpText());')],
  ),
];
