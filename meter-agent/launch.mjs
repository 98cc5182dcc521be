// Starts the agent in little memory: what turns TypeScript into JavaScript takes 20 MB, and is not loaded for what was
// compiled before. Where that is missing, as the first time and after an update, a process of its own compiles first.
// Plain JavaScript, or the compiler would be loaded for this file.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'meter-agent', 'main.ts');
/** `npm run agent` has a program of its own around the same commands. */
const program = process.env.PLUGPACT_AGENT_PROGRAM ?? MAIN;
const uid = process.getuid?.() ?? 0;

/** Also what is loaded on demand: loaded uncompiled, one part brings the compiler with it for good. */
const parts = ['meter-agent', 'protocol']
  .flatMap((room) => readdirSync(join(ROOT, room), { recursive: true }).map((part) => join(ROOT, room, part)))
  .filter((part) => part.endsWith('.ts') && part !== MAIN);

/** An empty file of this name says that all was compiled: what was is good for the same sources, flags and user. */
function stampOf() {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([process.version, process.arch, process.execArgv, uid, program]));
  for (const part of [...parts, program].sort()) {
    const { mtimeMs, size } = statSync(part);
    // Whole seconds: the layers of a container's image keep no more.
    hash.update(`${part} ${Math.floor(mtimeMs / 1_000)} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Runs once what only loads; without a command the program explains itself and ends. */
async function compileInto(folder, stamp) {
  const { spawnSync } = await import('node:child_process');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'writable'), '');
  const load = [...parts, program].map(
    (part) => `await import(${JSON.stringify(pathToFileURL(part).href)});`,
  );
  const args = [...process.execArgv, '--input-type=module', '-e', load.join('')];
  const env = { ...process.env, NODE_COMPILE_CACHE: folder };
  const { signal } = spawnSync(process.execPath, args, { env, stdio: 'ignore' });
  // Killed, as where memory is short: the next start tries again.
  if (signal === null) writeFileSync(join(folder, stamp), '');
}

/** What is run from a folder of everybody must be our own. */
function isOwn(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  return (
    process.getuid === undefined || (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0)
  );
}

/** The folder with what was compiled; undefined where nothing can be kept: the agent runs all the same. */
async function compiledFolder() {
  const stamp = stampOf();
  // A service may not write to where it is installed: it names another folder.
  const named = process.env.PLUGPACT_AGENT_COMPILED ?? join(ROOT, '.runtime', 'compiled-agent');
  const spare = join(tmpdir(), `plugpact-agent-compiled-${uid}`);
  for (const folder of [named, spare]) {
    try {
      if (folder === spare && !isOwn(folder)) continue;
      if (!existsSync(join(folder, stamp))) await compileInto(folder, stamp);
      return folder;
    } catch {
      // Not writable: the next one.
    }
  }
  return undefined;
}

const folder = await compiledFolder();
if (folder !== undefined) enableCompileCache(folder);
await import(pathToFileURL(program).href);
