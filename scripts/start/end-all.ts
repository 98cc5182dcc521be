import { setTimeout as delay } from 'node:timers/promises';
import { STOP_GRACE_MS } from '../lib/child.ts';
import { isRunning, type ProcessId, signalGroup } from './process-id.ts';

const POLL_MS = 50;

/** Waits until none of them runs, at most `timeoutMs`; true if all are gone. */
export async function allGone(ids: readonly ProcessId[], timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  while (ids.some(isRunning)) {
    if (performance.now() > giveUpAt) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Ends processes and their groups: by SIGTERM first, so that the ledger can write its state, then by SIGKILL. */
export async function endAll(ids: readonly ProcessId[], graceMs = STOP_GRACE_MS): Promise<void> {
  for (const id of ids) signalGroup(id, 'SIGTERM');
  if (await allGone(ids, graceMs)) return;
  for (const id of ids) signalGroup(id, 'SIGKILL');
  await allGone(ids, graceMs);
}
