import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasEnded, stopChild } from '../lib/child.ts';
import { whenParentGone } from '../lib/parent.ts';
import { isFree, saysPortTaken } from '../lib/port.ts';
import type { ChildSpec, Plan, StartContext, StartedChild } from './child-spec.ts';
import { type Guard, startGuard } from './guard-client.ts';
import { identify, type ProcessId } from './process-id.ts';
import { logTail, type RunningChild, spawnChild, waitUntilUp } from './run-child.ts';
import { type RunRecord, removeRunRecord, updateRunRecord } from './run-record.ts';
import { takeOver } from './take-over.ts';

/** Number of ports to try, from the preferred one on. */
const PORTS_TRIED = 100;

export type SuperviseOptions = {
  /** Folder of everything that is kept between runs. */
  dataDir: string;
  plan: Plan;
  /** Removes the contents of the folder first. */
  fresh: boolean;
  /** Each child uses any free port, so that this run can run beside another one. */
  anyPort?: boolean;
  say: (text: string) => void;
};

/** The processes with which this one ends: the bootstrap, and the npm that started it (see bootstrap.mjs). */
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

  /** Ends the run; the first call decides the exit code. */
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

  async start(spec: ChildSpec): Promise<StartedChild> {
    if (this.isStopping) throw new Error(`${spec.name} is not started any more.`);
    const child = await spawnChild(spec, this.options.dataDir);
    this.#guard.add(child.id);
    this.children.push(child);
    this.#record();
    const port = await Promise.race([waitUntilUp(child, spec.ready), this.stopped.then(() => undefined)]);
    if (port === undefined) throw new Error(`${spec.name} is not waited for any more.`);
    const onExit = () => this.#lost(child);
    child.process.once('exit', onExit);
    if (hasEnded(child.process)) onExit();
    return { port, isRunning: () => !hasEnded(child.process) };
  }

  /** A port is known to be free only when the child has it: a child that finds it busy gets the next one. */
  async startOnPort(
    preferred: number,
    what: string,
    specOf: (port: number) => ChildSpec,
  ): Promise<StartedChild> {
    if (this.options.anyPort) return this.start(specOf(0));
    for (let port = preferred; port < preferred + PORTS_TRIED; port++) {
      const started = (await isFree(port)) ? await this.#startUnlessTaken(specOf(port)) : undefined;
      if (started !== undefined) return started;
      this.options.say(`Port ${port} is busy: trying the next one for ${what}.`);
    }
    const last = preferred + PORTS_TRIED - 1;
    throw new Error(`Ports ${preferred} to ${last} on this machine are all taken: free one of them.`);
  }

  async #startUnlessTaken(spec: ChildSpec): Promise<StartedChild | undefined> {
    try {
      return await this.start(spec);
    } catch (error) {
      const at = this.children.findLastIndex(({ name }) => name === spec.name);
      const child = this.children[at];
      if (child === undefined || !hasEnded(child.process) || !saysPortTaken(logTail(child.logFile))) {
        throw error;
      }
      this.children.splice(at, 1);
      this.#guard.remove(child.id);
      this.#record();
      return undefined;
    }
  }

  #record(): void {
    this.record.children = this.children.map(({ name, id }) => ({ name, ...id }));
    updateRunRecord(this.recordFile, this.record);
  }

  #lost({ name, process: { exitCode, signalCode }, logFile }: RunningChild): void {
    if (this.isStopping) return;
    const how = signalCode === null ? `with code ${exitCode}` : `by ${signalCode}`;
    this.stop(1, `${name} ended ${how}; its last words:\n${logTail(logFile)}`);
  }

  /** Ends the children in reverse order; the first one, the ledger, when the others have ended. */
  async end(): Promise<void> {
    const [first, ...others] = this.children;
    await Promise.all(others.reverse().map((child) => this.#endChild(child)));
    if (first !== undefined) await this.#endChild(first);
    for (const last of this.lasts) last();
    this.#guard.dismiss();
    // The remaining record shows the next run that this ledger was killed.
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
  // With a closed terminal, writing to standard output fails; that must not end this process too early.
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
    start: (spec) => run.start(spec),
    startOnPort: (...wish) => run.startOnPort(...wish),
    finish: (code) => run.stop(code, 'Stopping …'),
    atEnd: (last) => run.lasts.push(last),
  };
}

/**
 * Runs the plan, and its children until a signal, the end of a child, or the end of the program that started this
 * one. If this process is killed, the guard ends the children (see guard.ts).
 *
 * @returns the exit code: 0 after a requested end, or if another run is already up; 1 otherwise.
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
    // A signal also ends a run whose plan is still waiting for something.
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
  say('End it (Ctrl-C there) before you use --fresh.');
  return 1;
}
