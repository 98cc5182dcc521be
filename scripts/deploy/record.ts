import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkDeployment } from '../../protocol/networks.ts';
import { ensureCompiled, readArtifact } from '../lib/artifacts.ts';
import { ROOT } from '../lib/paths.ts';

/** Writes a deployment into the network's file: from then on its name stands for this market. */
export function recordDeployment(name: string, deployment: NetworkDeployment, root = ROOT): string {
  const file = join('protocol', 'networks', `${name}.json`);
  const network = JSON.parse(readFileSync(join(root, file), 'utf8'));
  writeFileSync(join(root, file), `${JSON.stringify({ ...network, deployment }, null, 2)}\n`);
  return file;
}

/** Writes the compiler's standard JSON input of each contract, which block explorers take to verify sources. */
export async function writeVerificationInputs(name: string, sources: readonly string[]): Promise<string> {
  await ensureCompiled();
  const folder = join('artifacts', 'verification', name);
  mkdirSync(join(ROOT, folder), { recursive: true });
  for (const source of sources) {
    const { buildInfoId } = readArtifact(source);
    const info = JSON.parse(readFileSync(join(ROOT, 'artifacts/build-info', `${buildInfoId}.json`), 'utf8'));
    const file = `${source.replaceAll('/', '-')}.json`;
    writeFileSync(join(ROOT, folder, file), `${JSON.stringify(info.input, null, 2)}\n`);
  }
  return folder;
}
