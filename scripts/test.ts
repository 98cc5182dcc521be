import { availableParallelism } from 'node:os';
import { COMPILE_STAGE, solidityStage } from './checks/contracts.ts';
import { API_STAGE, GENERATED_STAGE } from './checks/generated.ts';
import { STATIC_STAGES } from './checks/static.ts';
import { partsStage, vitestStage } from './checks/vitest.ts';
import { endOnSignals } from './lib/group.ts';
import { runStages } from './lib/run-stages.ts';
import { offerPostgres, SHARED_POSTGRES } from './lib/shared-postgres.ts';
import { type Stage, total } from './lib/stage.ts';

/**
 * Stages that compute, side by side. Those that wait fill the rest: with twice as much at once, the same tests took a tenth
 * more processor time, and single ones several times as long as alone.
 */
const COMPUTING = Math.ceil(availableParallelism() / 2);

/** What takes the compiler's output waits for it, where it is made in the same run. */
const COMPILED = ['compile'];

/**
 * In the order of their start, as far as their needs allow. The compiler first, since others wait for it; `web` and
 * `live`, which wait most of their time, from the start, so that what computes has the cores meanwhile. Most tests take
 * the committed contracts, which `generated` holds against the compiled ones.
 */
const STAGES: readonly Stage[] = [
  COMPILE_STAGE,
  { ...vitestStage('web', 'the page in a browser'), waits: true },
  { ...vitestStage('live', 'tests with sockets, programs and ledgers'), waits: true },
  { ...vitestStage('postgres', 'tests of the server, on PostgreSQL'), waits: true },
  { ...GENERATED_STAGE, needs: COMPILED },
  { ...solidityStage('default'), needs: COMPILED },
  ...STATIC_STAGES,
  API_STAGE,
  vitestStage('pure', 'tests that compute only'),
  vitestStage('compiled', 'tests with contracts that are compiled for them', COMPILED),
];

/** The stages named by `words`; every other word is a part of the paths of test files. All stages for no word. */
function chosen(words: readonly string[]): Stage[] {
  const named = STAGES.filter(({ name }) => words.includes(name));
  const parts = words.filter((word) => named.every(({ name }) => name !== word));
  if (words.length === 0) return [...STAGES];
  return parts.length === 0 ? named : [...named, partsStage(parts, COMPILED)];
}

/** `npm test [-- NAME…]`: a name of a stage runs that stage, anything else the test files whose path contains it. */
async function test(words: readonly string[]): Promise<number> {
  const { line, passed, failed } = total(await runStages(chosen(words), { slots: COMPUTING }));
  console.log(`\n${line}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

endOnSignals();
const offered = await offerPostgres();
process.env[SHARED_POSTGRES] = offered.url;
process.exitCode = await test(process.argv.slice(2));
await offered.close();
