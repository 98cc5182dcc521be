// Starts the agent in little memory: what turns TypeScript into JavaScript takes 20 MB, and is not loaded for what was
// compiled before. The first time that is done by a process of its own. Plain JavaScript, or it would be loaded for
// this file.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

// A service may not write to where it is installed: it names another folder.
const compiled =
  process.env.PLUGPACT_AGENT_COMPILED ?? join(import.meta.dirname, '../.runtime/compiled-agent');
/** `main.ts` last: with no command it explains itself and ends. */
const PARTS = ['agent.ts', 'cli/run.ts', 'drivers/ocpp16/box.ts', 'main.ts'];
/** By then the agent has loaded what it needs; one that is killed keeps nothing by itself. */
const KEEP_AFTER_MS = 30_000;

if (!existsSync(compiled)) {
  const load = PARTS.map((part) => `await import(${JSON.stringify(join(import.meta.dirname, part))});`);
  // What is compiled is good for the same flags alone.
  const args = [...process.execArgv, '--input-type=module', '-e', load.join('')];
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
  spawnSync(process.execPath, args, { env, stdio: 'ignore' });
}
enableCompileCache(compiled);
setTimeout(flushCompileCache, KEEP_AFTER_MS).unref();
await import('./main.ts');
