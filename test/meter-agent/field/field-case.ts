import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';

export const FOLDER = join(ROOT, '../shared/data/field');

/** One line of a case: what comes over the line, a wait, or a remark. */
export interface Step {
  from?: 'box' | 'agent';
  frame?: [type: number, id: string, ...rest: unknown[]];
  /** Text that is no JSON. */
  raw?: string;
  wait_s?: number;
  note?: string;
}

export interface FieldCase {
  number: string;
  name: string;
  steps: Step[];
}

/** All cases of the folder; the first line of each names it, its last lines say what was seen and what is expected. */
export const fieldCases = (): FieldCase[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => {
      const lines = readFileSync(join(FOLDER, name), 'utf8').trim().split('\n');
      const [head, ...rest] = lines.map((line) => JSON.parse(line) as Step & { case?: string });
      return { number: head?.case ?? '', name: name.replace('.jsonl', ''), steps: rest };
    });
