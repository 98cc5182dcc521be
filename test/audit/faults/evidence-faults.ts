import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MadeSession, SessionPlan } from '../evidence/make-session.ts';

/** A fault in what agent, meter or driver keep: bundles of one charger's sessions, one after the other. */
export interface EvidenceFault {
  kind: 'evidence';
  name: string;
  /** What the audit must say first. */
  code: string;
  sessions: readonly Partial<SessionPlan>[];
  /** Changes the files. */
  spoil?: (folder: string, sessions: readonly MadeSession[]) => void;
}

const WH = 2_000;
const BEGIN_WH = 10_000;

/** The n-th session of an honest meter. */
const nth = (n: number, change: Partial<SessionPlan> = {}): Partial<SessionPlan> => ({
  ...{ beginWh: BEGIN_WH + n * WH, energyWh: WH, page: 7 + n },
  ...change,
});

/** Another reading of the register in the first bundle's file. */
function changeByte(folder: string, [first]: readonly MadeSession[]): string {
  const file = join(folder, `${first?.given.name}.jsonl`);
  const text = readFileSync(file, 'utf8').replace('"meterStart":10000', '"meterStart":10001');
  writeFileSync(file, text);
  return file;
}

/** And the name that its hash would have. */
function changeByteAndName(folder: string, sessions: readonly MadeSession[]): void {
  const file = changeByte(folder, sessions);
  const salt = sessions[0]?.salt ?? '0x';
  const hash = createHash('sha256')
    .update(Buffer.from(salt.slice(2), 'hex'))
    .update(readFileSync(file));
  const name = join(folder, hash.digest('hex'));
  renameSync(file, `${name}.jsonl`);
  renameSync(file.replace('.jsonl', '.salt'), `${name}.salt`);
}

const withoutRecord = (lines: string[]) => lines.filter((line) => !line.includes('"record"'));

export const EVIDENCE_FAULTS: readonly EvidenceFault[] = [
  {
    kind: 'evidence',
    name: 'a byte of a bundle is changed',
    code: 'evidence.hash',
    sessions: [nth(0)],
    spoil: changeByte,
  },
  {
    kind: 'evidence',
    name: 'a byte is changed, and the hash in the name with it',
    code: 'evidence.hash',
    sessions: [nth(0)],
    spoil: changeByteAndName,
  },
  {
    kind: 'evidence',
    name: 'a register goes back between two sessions',
    code: 'evidence.registerWentBack',
    sessions: [nth(0), nth(1, { beginWh: 5_000 })],
  },
  {
    kind: 'evidence',
    name: 'a page goes back between two sessions',
    code: 'evidence.pageWentBack',
    sessions: [nth(0), nth(1, { page: 6 })],
  },
  {
    kind: 'evidence',
    name: 'a page is sold twice',
    code: 'evidence.pageTwice',
    sessions: [nth(0), nth(1), nth(2, { page: 8 })],
  },
  {
    kind: 'evidence',
    name: 'a span of the register is sold twice',
    code: 'evidence.soldTwice',
    sessions: [nth(0), nth(1, { beginWh: BEGIN_WH })],
  },
  {
    kind: 'evidence',
    name: 'a record is of another booking',
    code: 'evidence.recordOfOther',
    sessions: [nth(0, { idTag: 'ABCDEFGHIJKLMNOPQRST' })],
  },
  {
    kind: 'evidence',
    name: 'a record is dropped',
    code: 'evidence.recordDropped',
    sessions: [nth(0, { edit: withoutRecord })],
  },
  {
    kind: 'evidence',
    name: 'more is billed than the meter signed',
    code: 'evidence.energy',
    sessions: [nth(0, { billedWh: WH + 100 })],
  },
];
