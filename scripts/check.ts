import { COMPILE_STAGE } from './checks/contracts.ts';
import { API_STAGE, GAS_STAGE, GENERATED_STAGE } from './checks/generated.ts';
import { STATIC_STAGES } from './checks/static.ts';
import { endOnSignals } from './lib/group.ts';
import { runStages } from './lib/run-stages.ts';
import { runNode, total } from './lib/stage.ts';

/** In this order: the figures are measured on what is written first. */
const GENERATORS = [
  'scripts/checks/api-files.ts',
  'scripts/checks/contract-files.ts',
  'scripts/checks/gas.ts',
];

async function writeAnew(): Promise<number> {
  for (const generator of GENERATORS) {
    const { code } = await runNode([generator, '--write'], (text) => process.stderr.write(text));
    if (code !== 0) return code;
  }
  return 0;
}

/** `npm run check`: all that needs no test run. `-- --write` makes the generated files anew instead. */
async function check(): Promise<number> {
  const generated = [GENERATED_STAGE, GAS_STAGE].map((stage) => ({ ...stage, needs: ['compile'] }));
  const stages = [COMPILE_STAGE, ...STATIC_STAGES, API_STAGE, ...generated];
  const { line, failed } = total(await runStages(stages));
  console.log(`\n${line}`);
  return failed === 0 ? 0 : 1;
}

endOnSignals();
process.exitCode = await (process.argv.includes('--write') ? writeAnew() : check());
