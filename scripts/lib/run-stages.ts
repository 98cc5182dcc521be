import { availableParallelism } from 'node:os';
import { stripVTControlCharacters, styleText } from 'node:util';
import { machineTime } from './cpu.ts';
import { FAILED, measured, type Say, type Stage, type StageResult, type StageUsage } from './stage.ts';
import { type Outcome, summaryLines } from './stage-summary.ts';

/** How often it is said what runs, while nothing begins or ends. */
const REPORT_INTERVAL_MS = 20_000;

type RunOptions = {
  /** How many stages run side by side, beside those that wait. */
  slots?: number;
  /** Hears of each stage that ended, in time for what a kill would lose. */
  onEnd?: (stage: Stage, result: StageResult) => void;
};

const secondsSince = (sinceMs: number): number => (performance.now() - sinceMs) / 1000;

function verdict({ passed, failed, note }: StageResult): string {
  if (failed > 0) return styleText('red', `${failed} failed`) + (passed > 0 ? `, ${passed} passed` : '');
  if (passed === 0) return styleText('yellow', note ?? 'nothing to do');
  return styleText('green', `${passed} passed`) + (note === undefined ? '' : ` (${note})`);
}

/** What is shown of a failed stage: lines about tests that passed are left out, others would be lost among them. */
const withoutPassed = (output: string): string =>
  output
    .split('\n')
    .filter((line) => !stripVTControlCharacters(line).trimStart().startsWith('✓'))
    .join('\n')
    .trimEnd();

/** What computes leaves the cores to what waits, whose tests watch the time; but not where others need it. */
function yieldingOf(stages: readonly Stage[]): Set<Stage> {
  if (!stages.some(({ waits }) => waits)) return new Set();
  const needed = new Set(stages.flatMap(({ needs = [] }) => needs));
  return new Set(stages.filter(({ name, waits }) => !waits && !needed.has(name)));
}

/** One run of stages: what waits, what runs, what ended. */
class StageRun {
  readonly #beganMs = performance.now();
  readonly #options: RunOptions;
  readonly #isAlone: boolean;
  readonly #yielding: ReadonlySet<Stage>;
  readonly #progress = new Map<string, string>();
  readonly #running = new Map<string, Promise<void>>();
  /** How many more stages that compute may begin. */
  #freeSlots: number;
  readonly #outcomes: Outcome[] = [];
  /** Names of stages that failed or were not run. */
  readonly #broken = new Set<string>();
  #waiting: Stage[];

  constructor(stages: readonly Stage[], options: RunOptions) {
    this.#options = options;
    this.#freeSlots = options.slots ?? availableParallelism();
    this.#waiting = [...stages];
    this.#isAlone = stages.length === 1;
    this.#yielding = yieldingOf(stages);
  }

  async run(): Promise<Outcome[]> {
    const reporting = setInterval(() => this.#report(), REPORT_INTERVAL_MS);
    while (this.#waiting.length + this.#running.size > 0) {
      for (const stage of this.#ready()) {
        if (stage.waits || this.#freeSlots > 0) this.#start(stage);
      }
      await Promise.race(this.#running.values());
    }
    clearInterval(reporting);
    return this.#outcomes;
  }

  /** Those whose needs have ended; others of the run that nobody chose are not waited for. */
  #ready(): Stage[] {
    const open = new Set([...this.#waiting.map(({ name }) => name), ...this.#running.keys()]);
    return this.#waiting.filter(({ needs = [] }) => !needs.some((name) => open.has(name)));
  }

  #start(stage: Stage): void {
    this.#waiting = this.#waiting.filter((other) => other !== stage);
    const slots = stage.waits ? 0 : 1;
    this.#freeSlots -= slots;
    const ended = this.#runStage(stage).then((outcome) => {
      this.#freeSlots += slots;
      this.#running.delete(stage.name);
      this.#outcomes.push(outcome);
      this.#options.onEnd?.(stage, outcome.result);
    });
    this.#running.set(stage.name, ended);
  }

  async #runStage(stage: Stage): Promise<Outcome> {
    const broken = stage.needs?.find((name) => this.#broken.has(name));
    if (broken !== undefined) return this.#leaveOut(stage, broken);
    this.#say(stage, stage.what);
    const beganMs = performance.now();
    const usage: StageUsage = {
      cpuSec: process.platform === 'linux' ? 0 : undefined,
      givesWay: this.#yielding.has(stage),
    };
    let kept = '';
    const result = await this.#resultOf(stage, usage, (text) => {
      if (this.#isAlone) process.stdout.write(text);
      else kept += text;
    });
    const wallSec = secondsSince(beganMs);
    if (result.failed > 0) {
      this.#broken.add(stage.name);
      if (kept !== '') console.log(`\n— ${stage.name}: ${stage.what}\n${withoutPassed(kept)}\n`);
    }
    this.#say(stage, `${verdict(result)} after ${wallSec.toFixed(1)} s`);
    return { name: stage.name, result, wallSec, cpuSec: usage.cpuSec };
  }

  async #resultOf(stage: Stage, usage: StageUsage, say: Say): Promise<StageResult> {
    const progress: Say = (text) => this.#progress.set(stage.name, text);
    try {
      return await measured(usage, () => stage.run(say, progress));
    } catch (error) {
      say(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
      return FAILED;
    }
  }

  #leaveOut(stage: Stage, broken: string): Outcome {
    const result = { passed: 0, failed: 0, note: `not run: ${broken} did not pass` };
    this.#broken.add(stage.name);
    this.#say(stage, verdict(result));
    return { name: stage.name, result, wallSec: 0, cpuSec: 0 };
  }

  #elapsed = (): string => `${secondsSince(this.#beganMs).toFixed(0)} s`.padStart(6);

  #say(stage: Stage, text: string): void {
    console.log(`${this.#elapsed()}  ${stage.name.padEnd(10)} ${text}`);
  }

  #report(): void {
    if (this.#isAlone) return;
    const where = [...this.#running.keys()].map((name) => {
      const progress = this.#progress.get(name);
      return progress === undefined ? name : `${name} (${progress})`;
    });
    console.log(`${this.#elapsed()}  … ${where.join(', ')}`);
  }
}

/**
 * Runs stages side by side, each as soon as there is a slot and what it needs has passed, in the order in which they
 * are listed. Those that wait need no slot. What failed stops only those that need it. Prints what it does, and at its end what took the time.
 */
export async function runStages(stages: readonly Stage[], options: RunOptions = {}): Promise<StageResult[]> {
  const beganMs = performance.now();
  const before = machineTime();
  const outcomes = await new StageRun(stages, options).run();
  const after = machineTime();
  const machine = { busySec: after.busySec - before.busySec, idleSec: after.idleSec - before.idleSec };
  console.log(summaryLines(outcomes, secondsSince(beganMs), machine).join('\n'));
  return outcomes.map(({ result }) => result);
}
