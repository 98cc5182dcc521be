import { solidityStage } from './checks/contracts.ts';
import { MUTANTS_STAGE } from './checks/mutants.ts';
import { vitestStage } from './checks/vitest.ts';
import { whenParentGone } from './lib/parent.ts';
import { runLanes, stopStages, total } from './lib/stage.ts';

/**
 * `npm run test:deep`: the full counts of what `npm test` only samples. Tests that sample read
 * `PLUGPACT_DEEP`: set, they take their full counts.
 */
function stop(): never {
  stopStages();
  process.exit(130);
}

process.once('SIGINT', stop).once('SIGTERM', stop);
whenParentGone(stop);
process.env.PLUGPACT_DEEP = '1';
const filters = process.argv.slice(2);
const results = [
  ...(await runLanes([[solidityStage('deep')]])),
  ...(await runLanes([[vitestStage('pure', 'tests that compute only, full counts', filters)]])),
  ...(await runLanes([
    [vitestStage('live', 'tests with sockets, programs and ledgers, full counts', filters)],
  ])),
  ...(await runLanes([[MUTANTS_STAGE]])),
];
const { line, passed, failed } = total(results);
console.log(`\n${line}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
