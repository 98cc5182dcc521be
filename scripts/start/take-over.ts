import { existsSync } from 'node:fs';
import { STOP_GRACE_MS } from '../lib/child.ts';
import { allGone, endAll } from './end-all.ts';
import { isRunning } from './process-id.ts';
import { claimRunRecord, type RunRecord, readRunRecord, removeRunRecord } from './run-record.ts';

/** Longer than a supervisor needs to stop: its children's grace, twice (the ledger ends last). */
const STOPPING_MS = 3 * STOP_GRACE_MS;

/** Longer than a guard needs to end the children. */
const GUARD_MS = STOP_GRACE_MS + 1_000;

export type TakeOver =
  /** Another run is up. */
  | { running: RunRecord }
  /** This run may start. `killed`: the previous run was killed. */
  | { killed: boolean };

/** Ends the remaining processes of a run whose supervisor is dead; its guard, if alive, is already doing so. */
async function clearRemains(record: RunRecord): Promise<void> {
  const { guard, children } = record;
  if (guard !== undefined && isRunning(guard)) await allGone([guard], GUARD_MS);
  await endAll(guard === undefined ? children : [...children, guard]);
}

/**
 * Replaces the run in `file`. A run that is alive, with the processes that started it, is left alone. A run whose
 * owner has ended is about to end: this waits for it. The children of a dead run are ended first, so that their
 * ports are free and no second ledger writes the same state.
 */
export async function takeOver(file: string, own: RunRecord, say: (text: string) => void): Promise<TakeOver> {
  let killed = false;
  while (!claimRunRecord(file, own)) {
    const old = readRunRecord(file);
    if (old !== undefined && isRunning(old.supervisor)) {
      if (old.owners.every(isRunning)) return { running: old };
      say(`An earlier run (process ${old.supervisor.pid}) is ending: waiting for it.`);
      if (!(await allGone([old.supervisor], STOPPING_MS))) await endAll([old.supervisor]);
    }
    if (!existsSync(file)) continue;
    killed = true;
    if (old !== undefined) await clearRemains(old);
    removeRunRecord(file);
  }
  return { killed };
}
