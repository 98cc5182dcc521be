import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { FAILED, PASSED, programStage, runNode, type Stage } from '../lib/stage.ts';

/** The generated files are what their sources say. */
export const GENERATED_STAGE: Stage = {
  name: 'generated',
  what: 'protocol/abi.ts, abi.json and contracts.json are what the contracts make',
  run: async (say) => {
    if (!existsSync(join(ROOT, 'contracts/PlugpactMarket.sol'))) {
      return { passed: 0, failed: 0, note: 'no contracts' };
    }
    return (await runNode(['scripts/checks/contract-files.ts'], say)).code === 0 ? PASSED : FAILED;
  },
};

/** Needs no contracts. */
export const API_STAGE: Stage = programStage(
  'api',
  'openapi.json and the client’s types are those of the operations',
  () => ['scripts/checks/api-files.ts'],
);

/** Gas and code sizes are those that were committed. Under `npm test` the benchmark's own test compares them. */
export const GAS_STAGE: Stage = programStage('gas', 'gas and code sizes are those of the snapshot', () => [
  'scripts/checks/gas.ts',
]);
