import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const Process = z.object({ pid: z.int().positive(), startedAt: z.string() });

/** The pid file: the processes of a run, those that started it, and its address. */
export const RunRecord = z.object({
  supervisor: Process,
  /** The processes that started the supervisor; when one has ended, the run ends too. */
  owners: z.array(Process),
  guard: Process.optional(),
  children: z.array(Process.extend({ name: z.string() })),
  /** The page's address, once everything is up. */
  address: z.url().optional(),
});

export type RunRecord = z.infer<typeof RunRecord>;

/** The record in `file`; `undefined` if there is none or it cannot be read. */
export function readRunRecord(file: string): RunRecord | undefined {
  try {
    return RunRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Creates the file for this run; false if another run created it in the meantime. */
export function claimRunRecord(file: string, record: RunRecord): boolean {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, JSON.stringify(record), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Replaces the record atomically: a reader sees the old one or the new one. */
export function updateRunRecord(file: string, record: RunRecord): void {
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}

export const removeRunRecord = (file: string): void => rmSync(file, { force: true });
