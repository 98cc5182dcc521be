import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCompiled, readArtifact } from '../lib/artifacts.ts';
import { isMain } from '../lib/main.ts';
import { ROOT } from '../lib/paths.ts';

/** The contracts that TypeScript calls, and the name of each one's ABI in `protocol/abi.ts`. */
const CONTRACTS = { plugpactMarketAbi: 'PlugpactMarket', demoTokenAbi: 'mocks/DemoToken' } as const;

const FILE = join(ROOT, 'protocol/abi.ts');

const HEAD = '// Generated from the compiled contracts by "npm run check -- --write". Do not edit.\n';

function generateAbi(): string {
  const parts = Object.entries(CONTRACTS).map(
    ([name, source]) =>
      `export const ${name} = ${JSON.stringify(readArtifact(source).abi, null, 2)} as const;\n`,
  );
  return [HEAD, ...parts].join('\n');
}

/** Compares `protocol/abi.ts` with the contracts; with `write`, makes it anew. True if it is (now) theirs. */
export async function checkAbi({ write }: { write: boolean }): Promise<boolean> {
  await ensureCompiled();
  const wanted = generateAbi();
  const found = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  if (wanted === found) return true;
  if (!write) {
    console.error('protocol/abi.ts is not what the contracts say: run "npm run check -- --write".');
    return false;
  }
  writeFileSync(FILE, wanted);
  console.error('protocol/abi.ts: written anew.');
  return true;
}

if (isMain(import.meta)) {
  process.exitCode = (await checkAbi({ write: process.argv.includes('--write') })) ? 0 : 1;
}
