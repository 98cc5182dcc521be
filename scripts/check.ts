import { COMPILE_STAGE } from './checks/contracts.ts';
import { GAS_STAGE, GENERATED_STAGE } from './checks/generated.ts';
import { STATIC_STAGES } from './checks/static.ts';
import { whenParentGone } from './lib/parent.ts';
import { runLanes, runNode, stopStages, total } from './lib/stage.ts';

/** In this order: the figures are measured by calls that the new ABI encodes. */
const GENERATORS = ['scripts/checks/abi.ts', 'scripts/checks/gas.ts'];

async function writeAnew(): Promise<number> {
  for (const generator of GENERATORS) {
    const { code } = await runNode([generator, '--write'], (text) => process.stderr.write(text));
    if (code !== 0) return code;
  }
  return 0;
}

/** `npm run check`: all that needs no test run. `-- --write` makes the generated files anew instead. */
function stop(): never {
  stopStages();
  process.exit(130);
}

process.once('SIGINT', stop).once('SIGTERM', stop);
whenParentGone(stop);
if (process.argv.includes('--write')) {
  process.exitCode = await writeAnew();
} else {
  const lanes = [[...STATIC_STAGES], [COMPILE_STAGE, GENERATED_STAGE, GAS_STAGE]];
  const { line, failed } = total(await runLanes(lanes));
  console.log(`\n${line}`);
  process.exitCode = failed === 0 ? 0 : 1;
}
