import { join } from 'node:path';
import { COMPILE_STAGE, solidityStage } from './checks/contracts.ts';
import { DeepRecord } from './checks/deep-record.ts';
import { MUTANTS_STAGE } from './checks/mutants.ts';
import { PROOFS_STAGE } from './checks/proofs.ts';
import { vitestStage } from './checks/vitest.ts';
import { sourcesHash } from './lib/build-once.ts';
import { endOnSignals } from './lib/group.ts';
import { ROOT } from './lib/paths.ts';
import { runStages } from './lib/run-stages.ts';
import { type Stage, total } from './lib/stage.ts';

/** The longest first, so that the others fill the other cores meanwhile. */
const STAGES: readonly Stage[] = [
  COMPILE_STAGE,
  MUTANTS_STAGE,
  PROOFS_STAGE,
  { ...solidityStage('deep'), needs: ['compile'] },
  vitestStage('pure', 'tests that compute only, full counts'),
  vitestStage('live', 'tests with sockets, programs and ledgers, full counts'),
  vitestStage('web', 'tests of the page in a browser, full counts'),
  vitestStage('postgres', 'tests of the server, on PostgreSQL, full counts'),
  vitestStage('compiled', 'tests with contracts that are compiled for them, full counts', ['compile']),
];

/** Everything that decides what the stages find. */
const SOURCES = ['{audit,contracts,meter-agent,packaging,protocol,scripts,server,test}/**/*', '*.{json,ts}'];

const RECORD_FILE = join(ROOT, 'cache/test-deep.json');

/** The stages still to run; those that passed before over the same sources are said, and counted. */
function remaining(stages: readonly Stage[], record: DeepRecord): Stage[] {
  if (record.isOutdated) console.log('The sources have changed since the run before: all stages run again.');
  return stages.filter(({ name }) => {
    const result = record.resultOf(name);
    if (result !== undefined) console.log(`${name}: ${result.passed} passed before, over the same sources`);
    return result === undefined;
  });
}

/**
 * `npm run test:deep [-- STAGE…] [--resume]`: the full counts of what `npm test` only samples. Tests that sample read
 * `PLUGPACT_DEEP`: set, they take their full counts. `--resume` leaves out the stages that passed in an earlier run.
 */
async function testDeep(words: readonly string[]): Promise<number> {
  const names = words.filter((word) => word !== '--resume');
  const unknown = names.find((word) => STAGES.every(({ name }) => name !== word));
  if (unknown !== undefined) {
    console.error(`There is no stage "${unknown}": ${STAGES.map(({ name }) => name).join(', ')}.`);
    return 2;
  }
  const stages = STAGES.filter(({ name }) => names.length === 0 || names.includes(name));
  const record = new DeepRecord(RECORD_FILE, sourcesHash(SOURCES));
  if (!words.includes('--resume')) record.forget(stages.map(({ name }) => name));
  const before = stages.flatMap(({ name }) => record.resultOf(name) ?? []);
  const onEnd = (stage: Stage, result: Parameters<DeepRecord['add']>[1]) => record.add(stage.name, result);
  const results = await runStages(remaining(stages, record), { onEnd });
  const { line, passed, failed } = total([...before, ...results]);
  console.log(`\n${line}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

endOnSignals();
process.env.PLUGPACT_DEEP = '1';
process.exitCode = await testDeep(process.argv.slice(2));
