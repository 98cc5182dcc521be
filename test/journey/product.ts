import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/paths.ts';
import { waitFor } from '../../scripts/lib/wait.ts';

/** What `npm start` gives a person at a terminal. */
export interface Product {
  address: string;
  child: ChildProcess;
  /** Its output so far. */
  said: () => string;
}

/** Starts the whole product on free ports, with its state in `dataDir`; the town has a test of its own. */
export async function startProduct(dataDir: string): Promise<Product> {
  const script = join(ROOT, 'scripts/start.ts');
  const child = spawn(process.execPath, [script, '--data', dataDir, '--any-port', '--no-town'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const address = await waitFor(
    'Plugpact to be up',
    () => {
      if (child.exitCode !== null) throw new Error(`It ended:\n${text}`);
      return /open (http:\S+)/.exec(text)?.[1];
    },
    { timeoutMs: 240_000 },
  );
  return { address, child, said: () => text };
}

/** Ctrl-C, or SIGKILL. */
export async function endProduct({ child }: Product, signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
