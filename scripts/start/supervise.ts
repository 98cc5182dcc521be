import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasEnded, stopChild } from '../lib/child.ts';
import { whenParentGone } from '../lib/parent.ts';
import { nextFreePort } from '../lib/port.ts';
import type { ChildSpec, Plan, StartContext } from './child-spec.ts';
import { type Guard, startGuard } from './guard-client.ts';
import { identify, type ProcessId } from './process-id.ts';
import { logTail, type RunningChild, spawnChild, waitUntilUp } from './run-child.ts';
import { type RunRecord, removeRunRecord, updateRunRecord } from './run-record.ts';
import { takeOver } from './take-over.ts';

export type SuperviseOptions = {
  /** Folder of everything that lasts between runs. */
  dataDir: string;
  plan: Plan;
  /** Begin anew: what the folder holds is removed first. */
  fresh: boolean;
  say: (text: string) => void;
};

/** The processes whose end is ours: the bootstrap, and the npm that it was started by (see bootstrap.mjs). */
function owners(): ProcessId[] {
  if (process.channel === undefined) return [];
  const pids = [process.ppid, Number(process.env.PLUGPACT_NPM_PID ?? Number.NaN)];
  return pids.flatMap((pid) => (Number.isInteger(pid) ? (identify(pid) ?? []) : []));
}

/** One run: its children in the order of their start, its record, its guard, and the reason to end. */
class Run {
  readonly children: RunningChild[] = [];
  readonly lasts: (() => void)[] = [];
  readonly stopped: Promise<number>;
  isStopping = false;
  #stop: (code: number) => void = () => {};
  readonly options: SuperviseOptions;
  readonly record: RunRecord;
  readonly recordFile: string;
  #guard: Guard;

  constructor(options: SuperviseOptions, record: RunRecord, recordFile: string) {
    this.options = options;
    this.record = record;
    this.recordFile = recordFile;
    this.stopped = new Promise((done) => {
      this.#stop = done;
    });
    this.#guard = this.#newGuard();
  }

  /** Asks for the end of the run; the first reason counts. */
  stop(code: number, why: string): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.options.say(why);
    this.#stop(code);
  }

  #newGuard(): Guard {
    const guard = startGuard(() => {
      if (!this.isStopping)
        this.stop(1, 'The guard process ended: stopping, since nobody would end the rest.');
    });
    this.record.guard = guard.id;
    return guard;
  }

  async start(spec: ChildSpec): Promise<() => boolean> {
    if (this.isStopping) throw new Error(`${spec.name} is not started any more.`);
    const child = await spawnChild(spec, this.options.dataDir);
    this.#guard.add(child.id);
    this.children.push(child);
    this.record.children.push({ name: child.name, ...child.id });
    updateRunRecord(this.recordFile, this.record);
    child.process.once('exit', (code, signal) => {
      if (this.isStopping) return;
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      this.stop(1, `${child.name} ended ${how}; its last words:\n${logTail(child.logFile)}`);
    });
    await Promise.race([waitUntilUp(child, spec.ready), this.stopped]);
    return () => !hasEnded(child.process);
  }

  /** Ends the children, last started first to be told; the first one, the ledger, when the others are gone. */
  async end(): Promise<void> {
    const [first, ...others] = this.children;
    await Promise.all(others.reverse().map((child) => this.#endChild(child)));
    if (first !== undefined) await this.#endChild(first);
    for (const last of this.lasts) last();
    this.#guard.dismiss();
    // What is left of the record tells the next run that this ledger did not end in order.
    if (first === undefined || endedInOrder(first)) removeRunRecord(this.recordFile);
  }

  async #endChild(child: RunningChild): Promise<void> {
    if (!hasEnded(child.process)) await stopChild(child.process);
    this.#guard.remove(child.id);
  }
}

const endedInOrder = ({ process: { exitCode, signalCode } }: RunningChild): boolean =>
  signalCode === null ? exitCode === 0 : signalCode === 'SIGTERM';

function removeAllBut(folder: string, kept: string): void {
  for (const name of readdirSync(folder)) {
    if (name !== kept) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function listenForTheEnd(run: Run): void {
  // A closed terminal takes standard output with it: words that nobody reads must not end us half way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => run.stop(0, 'Stopping …'));
  }
  whenParentGone(() => run.stop(0, 'Stopping, since the program that started this one is gone …'));
}

function contextOf(run: Run, killed: boolean): StartContext {
  const { dataDir, say } = run.options;
  return {
    dataDir,
    say,
    killed,
    port: (preferred, what) =>
      nextFreePort(preferred, (busy) => say(`Port ${busy} is busy: trying the next one for ${what}.`)),
    start: (spec) => run.start(spec),
    finish: (code) => run.stop(code, 'Stopping …'),
    atEnd: (last) => run.lasts.push(last),
  };
}

/**
 * Runs the plan and keeps what it started until a signal, the end of a child, or the death of the program that
 * started this one. Whatever kills this process, none of the children outlives it (see guard.ts).
 *
 * @returns the exit code: 0 after an end that was asked for, or if another run is up already; 1 otherwise.
 */
export async function supervise(options: SuperviseOptions): Promise<number> {
  const { dataDir, say } = options;
  mkdirSync(dataDir, { recursive: true });
  const recordFile = join(dataDir, 'run.json');
  const record: RunRecord = { supervisor: identify(process.pid)!, owners: owners(), children: [] };
  const place = await takeOver(recordFile, record, say);
  if ('running' in place) return reportRunning(place.running, options);
  if (options.fresh) removeAllBut(dataDir, basename(recordFile));
  const run = new Run(options, record, recordFile);
  listenForTheEnd(run);
  try {
    // A signal ends the run also while the plan is still waiting for something.
    const plan = options.plan(contextOf(run, place.killed && !options.fresh));
    const address = await Promise.race([plan, run.stopped]);
    if (typeof address === 'string') record.address = address;
    updateRunRecord(recordFile, record);
    if (!run.isStopping) say(`Plugpact is up: open ${record.address}  (Ctrl-C ends it)`);
  } catch (error) {
    run.stop(1, `Could not start: ${error instanceof Error ? error.message : error}`);
  }
  const code = await run.stopped;
  await run.end();
  return code;
}

function reportRunning(running: RunRecord, { fresh, say }: SuperviseOptions): number {
  const where = running.address === undefined ? 'and is coming up' : `at ${running.address}`;
  say(`Plugpact runs already (process ${running.supervisor.pid}) ${where}.`);
  if (!fresh) return 0;
  say('End it (Ctrl-C there) before you begin anew.');
  return 1;
}
