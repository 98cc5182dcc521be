import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { run } from '../lib/child.ts';
import { ROOT } from '../lib/paths.ts';
import { unpackTar } from '../lib/tar.ts';
import { archiveFile, type PackedName, programOf } from './program.ts';

/** The archive of a program, made by a process of its own where it is missing or older than its sources. */
export async function packed(name: PackedName): Promise<string> {
  const args = [join(ROOT, 'scripts/pack.ts'), name];
  const code = await run(process.execPath, args, { cwd: ROOT, stdout: 'stderr' });
  if (code !== 0) throw new Error(`The archive of ${name} could not be made: see above.`);
  return archiveFile(name);
}

/** Unpacks a program's archive into this folder, and returns the file that starts it under Node. */
export async function unpackedInto(folder: string, name: PackedName): Promise<string> {
  unpackTar(gunzipSync(readFileSync(await packed(name))), folder);
  return join(folder, 'package/bin', `${programOf(name).name}.cjs`);
}
