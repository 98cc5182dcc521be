import { checkAbi } from './checks/abi.ts';
import { COMPILE_STAGE } from './checks/contracts.ts';
import { GENERATED_STAGE } from './checks/generated.ts';
import { STATIC_STAGES } from './checks/static.ts';
import { whenParentGone } from './lib/parent.ts';
import { runLanes, stopStages, total } from './lib/stage.ts';

/** `npm run check`: all that needs no test run. `-- --write` makes the generated files anew instead. */
function stop(): never {
  stopStages();
  process.exit(130);
}

process.once('SIGINT', stop).once('SIGTERM', stop);
whenParentGone(stop);
if (process.argv.includes('--write')) {
  process.exitCode = (await checkAbi({ write: true })) ? 0 : 1;
} else {
  const { line, failed } = total(await runLanes([[...STATIC_STAGES], [COMPILE_STAGE, GENERATED_STAGE]]));
  console.log(`\n${line}`);
  process.exitCode = failed === 0 ? 0 : 1;
}
