// Imported into a measured program before its own code: answers over the IPC channel what it used.
import { whenParentGone } from '../lib/parent.ts';
import type { Usage } from './measured.ts';

/** Interval of the timer that shows how long the event loop stood still. */
const TICK_MS = 2;

const worst = { freezeMs: 0, freezeCpuMs: 0 };

/** Processor time of the thread that runs the loop; of the process where Node cannot tell (before 23.9). */
const threadCpuMs = (): number => {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1_000;
};

function watchLoop(): void {
  let [last, lastCpu] = [performance.now(), threadCpuMs()];
  setInterval(() => {
    const [now, cpu] = [performance.now(), threadCpuMs()];
    worst.freezeMs = Math.max(worst.freezeMs, now - last - TICK_MS);
    worst.freezeCpuMs = Math.max(worst.freezeCpuMs, cpu - lastCpu);
    [last, lastCpu] = [now, cpu];
  }, TICK_MS).unref();
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { maxRSS: peakRssKib } = process.resourceUsage();
  return {
    cpuMs: (user + system) / 1_000,
    rssMb: megabytes(process.memoryUsage.rss()),
    peakMb: megabytes(peakRssKib * 1_024),
    worstFreezeMs: Math.round(worst.freezeMs),
    worstFreezeCpuMs: Math.round(worst.freezeCpuMs),
  };
}

process.on('message', (asked) => {
  if (asked === 'usage') process.send?.(usage());
  if (asked === 'restart') {
    worst.freezeMs = 0;
    worst.freezeCpuMs = 0;
  }
});
whenParentGone(() => process.exit(1));
watchLoop();
