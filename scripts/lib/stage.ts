import { spawn } from 'node:child_process';
import { styleText } from 'node:util';
import { ended } from './child.ts';
import { ROOT } from './paths.ts';

/** What a stage found. A stage that has nothing to look at counts nothing and says so in its note. */
export type StageResult = { passed: number; failed: number; note?: string };

export type Stage = {
  name: string;
  what: string;
  run: (say: Say) => Promise<StageResult>;
};

/** Where a stage's output goes: kept until it fails when stages run side by side, shown at once when alone. */
export type Say = (text: string) => void;

export const PASSED: StageResult = { passed: 1, failed: 0 };
export const FAILED: StageResult = { passed: 0, failed: 1 };

const running = new Set<ReturnType<typeof spawn>>();

/** Ends the programs of all stages under way. */
export function stopStages(): void {
  for (const child of running) child.kill('SIGTERM');
}

/** Runs a program of this repository under this Node, its output to `say`, and returns code and output. */
export async function runNode(
  args: readonly string[],
  say: Say,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      say(text);
    });
  }
  const code = await ended(child);
  running.delete(child);
  return { code, output };
}

/** A stage that is one program: it passes with exit code 0. */
export const programStage = (name: string, what: string, args: () => readonly string[]): Stage => ({
  name,
  what,
  run: async (say) => ((await runNode(args(), say)).code === 0 ? PASSED : FAILED),
});

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

function verdict({ passed, failed, note }: StageResult): string {
  if (failed > 0) return styleText('red', `${failed} failed`) + (passed > 0 ? `, ${passed} passed` : '');
  const said = note === undefined ? '' : ` (${note})`;
  return passed === 0
    ? styleText('yellow', note ?? 'nothing to do')
    : styleText('green', `${passed} passed`) + said;
}

async function runStage(stage: Stage, live: boolean): Promise<StageResult> {
  const began = performance.now();
  let kept = '';
  const say: Say = (text) => {
    if (live) process.stdout.write(text);
    else kept += text;
  };
  if (live) console.log(`\n— ${stage.name}: ${stage.what}`);
  const result = await stage.run(say).catch((error: unknown): StageResult => {
    say(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    return FAILED;
  });
  if (result.failed > 0 && kept !== '') console.log(`\n— ${stage.name}: ${stage.what}\n${kept.trimEnd()}`);
  console.log(`${stage.name.padEnd(10)} ${seconds(began).padStart(8)}  ${verdict(result)}`);
  return result;
}

/** Runs the lanes side by side, the stages of a lane one after the other; each one runs, whatever failed. */
export async function runLanes(lanes: readonly (readonly Stage[])[]): Promise<StageResult[]> {
  const busy = lanes.filter((lane) => lane.length > 0);
  const perLane = await Promise.all(
    busy.map(async (lane) => {
      const results: StageResult[] = [];
      for (const stage of lane) results.push(await runStage(stage, busy.length === 1));
      return results;
    }),
  );
  return perLane.flat();
}

/** Sum of the results; its line is the last one that `npm test` prints. */
export function total(results: readonly StageResult[]): { passed: number; failed: number; line: string } {
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  return { passed, failed, line: `${passed} passed, ${failed} failed` };
}
