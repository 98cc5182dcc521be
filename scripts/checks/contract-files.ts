import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCompiled, readArtifact } from '../lib/artifacts.ts';
import { COMMITTED_FILE, contractSources } from '../lib/committed-contracts.ts';
import { isMain } from '../lib/main.ts';
import { ROOT } from '../lib/paths.ts';
import { generateAbi } from './abi.ts';
import { generateContracts, settingsOf } from './bytecode.ts';

/** The files that are made from the compiled contracts, so that nobody else has to compile them. */
const FILES: Record<string, () => string> = {
  'protocol/abi.ts': generateAbi,
  [COMMITTED_FILE]: () => generateContracts(contractSources(), readArtifact, settingsOf),
};

/** Compares one file with what the contracts make; with `write`, writes it. True if it is (now) the same. */
function checkFile(file: string, wanted: string, write: boolean): boolean {
  const path = join(ROOT, file);
  const found = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (wanted === found) return true;
  if (!write) {
    console.error(`${file} is not what the contracts make: run "npm run check -- --write".`);
    return false;
  }
  writeFileSync(path, wanted);
  console.error(`${file}: written again.`);
  return true;
}

if (isMain(import.meta)) {
  await ensureCompiled();
  const write = process.argv.includes('--write');
  const checks = Object.entries(FILES).map(([file, generate]) => checkFile(file, generate(), write));
  process.exitCode = checks.every((isSame) => isSame) ? 0 : 1;
}
