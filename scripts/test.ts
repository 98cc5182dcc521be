import { COMPILE_STAGE, solidityStage } from './checks/contracts.ts';
import { GENERATED_STAGE } from './checks/generated.ts';
import { STATIC_STAGES } from './checks/static.ts';
import { vitestStage } from './checks/vitest.ts';
import { whenParentGone } from './lib/parent.ts';
import { runLanes, type Stage, type StageResult, stopStages, total } from './lib/stage.ts';

/** Phases one after the other; within a phase, lanes side by side. */
const phases = (filters: readonly string[]): Stage[][][] => [
  [[...STATIC_STAGES], [COMPILE_STAGE, GENERATED_STAGE]],
  [[solidityStage('default')]],
  [[vitestStage('pure', 'tests that compute only', filters)]],
  [[vitestStage('live', 'tests with sockets, programs and ledgers', filters)]],
  [[vitestStage('web', 'the page in a browser, the whole product', filters)]],
];

const VITEST_STAGES = ['pure', 'live', 'web'];

/**
 * `npm test [-- NAME…]`: a name of a stage runs that stage, anything else narrows the vitest stages to the
 * files whose path contains it. The last line is the sum over all stages.
 */
async function test(words: readonly string[]): Promise<number> {
  const names = new Set(
    phases([])
      .flat(2)
      .map((stage) => stage.name),
  );
  const filters = words.filter((word) => !names.has(word));
  const wanted = new Set(words.filter((word) => names.has(word)));
  if (filters.length > 0 && !VITEST_STAGES.some((name) => wanted.has(name))) {
    for (const name of VITEST_STAGES) wanted.add(name);
  }
  const results: StageResult[] = [];
  for (const phase of phases(filters)) {
    const lanes = phase.map((lane) => lane.filter((stage) => wanted.size === 0 || wanted.has(stage.name)));
    results.push(...(await runLanes(lanes)));
  }
  const { line, passed, failed } = total(results);
  console.log(`\n${line}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function stop(): never {
  stopStages();
  process.exit(130);
}

process.once('SIGINT', stop).once('SIGTERM', stop);
whenParentGone(stop);
process.exitCode = await test(process.argv.slice(2));
