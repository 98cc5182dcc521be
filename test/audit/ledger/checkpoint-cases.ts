import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint } from '../../../audit/ledger/checkpoint.ts';
import type * as ownLogs from '../../../audit/ledger/kept-logs.ts';
import type { AuditError } from '../../../audit/lib/errors.ts';
import type { AuditCase } from '../left-out/cases.ts';
import type { Load } from '../rules/vector-checks.ts';

const SEAL = /,"sha256":"[0-9a-f]{64}"\}$/;

/** The last line with another text in it, and a seal that fits. */
function resealed(text: string, change: (line: string) => string): string {
  const start = text.lastIndexOf('\n') + 1;
  const line = change(text.slice(start).replace(SEAL, ''));
  return `${text.slice(0, start)}${line},"sha256":"${createHash('sha256').update(line).digest('hex')}"}`;
}

/** What a file holds in place of what an audit wrote, and why it is refused. */
const CHANGED: [what: string, change: (text: string) => string, value: string][] = [
  ['another text', (text) => text.replace('"fromBlock":0', '"fromBlock":1'), 'another content'],
  ['another first byte', (text) => ` ${text.slice(1)}`, 'another content'],
  [
    'a sealed text of another kind',
    (text) => resealed(text, (line) => line.replace(/"block":(\d+)/, '"block":"$1"')),
    'Invalid input: expected number, received string',
  ],
  ['a byte more', (text) => text.replace(/\n(?=[^\n]*$)/, 'x\n'), 'another content'],
  ['no line end', () => 'x'.repeat(70_000), 'no last line of a checkpoint'],
  ['no seal', (text) => text.replace(SEAL, '}'), 'no digest at its end'],
  ['a seal under no JSON', (text) => resealed(text, () => '{no JSON'), 'no JSON'],
];

/** The file as this module reads it. */
export function readCheckpointIn(load: Load, file: string): Promise<Checkpoint | undefined> {
  type Read = { readCheckpoint: (file: string, program?: string) => Promise<Checkpoint | undefined> };
  return load<Read>('ledger/checkpoint.ts').readCheckpoint(file, 'another program');
}

async function readIn(load: Load, text: string | undefined): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-checkpoint-'));
  try {
    const file = text === undefined ? folder : join(folder, 'checkpoint');
    if (text !== undefined) writeFileSync(file, text, 'latin1');
    return await readCheckpointIn(load, file).then(
      (found) => [`chain ${found?.chainId}`],
      ({ code, value }: AuditError) => [code, value?.replace(`${file}: `, '') ?? ''],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is said of a kept line that is no log. */
function logIn(load: Load, line: string): string[] {
  const { KeptLogs } = load<typeof ownLogs>('ledger/kept-logs.ts');
  try {
    return [...new KeptLogs(Buffer.from(line), createHash('sha256'), () => 1)].map(({ tx }) => tx);
  } catch (error) {
    return [(error as Error).message];
  }
}

/** The file that an audit of a local ledger left, as it is and changed. */
export const checkpointCases = (written: () => string): AuditCase[] => [
  { what: 'a checkpoint', says: ['chain 31337'], run: (load) => readIn(load, written()) },
  ...CHANGED.map(([what, change, value]) => ({
    what: `a checkpoint: ${what}`,
    says: ['audit.checkpoint', value],
    run: (load: Load) => readIn(load, change(written())),
  })),
  {
    what: 'a checkpoint: a line that is no log',
    says: ['1 2 three is no log.'],
    run: async (load) => logIn(load, '1 2 three\n'),
  },
  {
    what: 'a checkpoint: a folder',
    says: ['audit.checkpoint', 'EISDIR: illegal operation on a directory, read'],
    run: (load) => readIn(load, undefined),
  },
];
