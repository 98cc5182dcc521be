import { existsSync } from 'node:fs';
import { STOP_GRACE_MS } from '../lib/child.ts';
import { allGone, endAll } from './end-all.ts';
import { isRunning } from './process-id.ts';
import { claimRunRecord, type RunRecord, readRunRecord, removeRunRecord } from './run-record.ts';

/** Longer than a supervisor's own stopping takes: its children's grace, twice (the ledger goes last). */
const STOPPING_MS = 3 * STOP_GRACE_MS;

/** Longer than a guard takes to end what it guards. */
const GUARD_MS = STOP_GRACE_MS + 1_000;

export type TakeOver =
  /** Another run is alive and well. */
  | { running: RunRecord }
  /** The place is ours. `killed`: the run before did not end in order. */
  | { killed: boolean };

/** Ends what is left of a run whose supervisor is dead: its guard, if it lives, is at it already. */
async function clearRemains(record: RunRecord): Promise<void> {
  const { guard, children } = record;
  if (guard !== undefined && isRunning(guard)) await allGone([guard], GUARD_MS);
  await endAll(guard === undefined ? children : [...children, guard]);
}

/**
 * Takes the place of the run that `file` tells of. One that is alive, with all who started it, is left alone;
 * one whose owner is gone is about to end and is waited for; of a dead one, the children are ended first, so
 * that their ports are free and no second ledger writes the same state.
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
