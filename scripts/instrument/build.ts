import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT } from '../lib/paths.ts';
import { INSTRUMENTED_DIR } from './folders.ts';
import type { Sources } from './solc.ts';

/**
 * Compiles instrumented contracts, unless that was done, and returns the file with their artifacts. It takes a minute
 * or two, on another thread, so that Ctrl-C works.
 */
export async function build(sources: Sources): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
  const file = join(ROOT, INSTRUMENTED_DIR, `artifacts-${hash}.json`);
  if (existsSync(file)) return file;
  const worker = new Worker(new URL('./build-worker.ts', import.meta.url), { workerData: sources });
  const [artifacts] = await once(worker, 'message');
  mkdirSync(join(ROOT, INSTRUMENTED_DIR), { recursive: true });
  writeFileSync(file, JSON.stringify(artifacts));
  return file;
}
