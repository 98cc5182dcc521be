/**
 * Calls `onGone` when the process that started this one is gone. The bootstrap opens an IPC channel for that
 * purpose: it closes even when the bootstrap is killed outright. Without a channel there is no parent to watch.
 */
export function whenParentGone(onGone: () => void): void {
  if (process.channel === undefined) return;
  process.once('disconnect', onGone);
  process.channel?.unref();
}
