import { ensureCompiled, readArtifact } from '../lib/artifacts.ts';
import { COMMITTED_FILE, contractSources } from '../lib/committed-contracts.ts';
import { isMain } from '../lib/main.ts';
import { generateAbi, generateAbiFile } from './abi.ts';
import { generateContracts, settingsOf } from './bytecode.ts';
import { checkFiles } from './check-file.ts';

/** The files that are made from the compiled contracts, so that nobody else has to compile them. */
const generate = (): Record<string, string> => ({
  'protocol/abi.ts': generateAbi(),
  'protocol/abi.json': generateAbiFile(),
  [COMMITTED_FILE]: generateContracts(contractSources(), readArtifact, settingsOf),
});

if (isMain(import.meta)) {
  await ensureCompiled();
  const isSame = checkFiles(generate(), 'the contracts', process.argv.includes('--write'));
  process.exitCode = isSame ? 0 : 1;
}
