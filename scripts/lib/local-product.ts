import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopChild } from './child.ts';
import { ROOT } from './paths.ts';
import { waitFor } from './wait.ts';

/** What `npm start` gives a person, in a folder and on ports of its own. */
export interface LocalProduct {
  address: string;
  end(): Promise<void>;
}

/** Starts the whole product beside whatever else runs; it ends with this process. */
export async function startLocalProduct({ hasTown }: { hasTown: boolean }): Promise<LocalProduct> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plugpact-product-'));
  const args = ['--data', dataDir, '--any-port', ...(hasTown ? [] : ['--no-town'])];
  const child = spawn(process.execPath, [join(ROOT, 'scripts/start.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = async () => {
    await stopChild(child);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    return { address: await addressOf(child), end };
  } catch (error) {
    await end();
    throw error;
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return waitFor(
    'Plugpact to be up',
    () => {
      if (child.exitCode !== null) throw new Error(`It ended:\n${said}`);
      return /open (http:\S+)/.exec(said)?.[1];
    },
    { timeoutMs: 240_000 },
  );
}
