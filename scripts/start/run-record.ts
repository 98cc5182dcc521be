import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const Process = z.object({ pid: z.int().positive(), startedAt: z.string() });

/** The pid file: who runs, for whom, since when, and where to find it. */
export const RunRecord = z.object({
  supervisor: Process,
  /** The processes that started the supervisor; when one is gone, the run is about to end. */
  owners: z.array(Process),
  guard: Process.optional(),
  children: z.array(Process.extend({ name: z.string() })),
  /** The page's address, once everything is up. */
  address: z.url().optional(),
});

export type RunRecord = z.infer<typeof RunRecord>;

/** The record in `file`; `undefined` if there is none, or none that can be read (then nobody can be found). */
export function readRunRecord(file: string): RunRecord | undefined {
  try {
    return RunRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Takes the file for this run; false if another run took it in the meantime. */
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

/** Replaces the record as a whole: a reader sees the old one or the new one. */
export function updateRunRecord(file: string, record: RunRecord): void {
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}

export const removeRunRecord = (file: string): void => rmSync(file, { force: true });
