import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packed } from '../../scripts/pack/packed.ts';
import { type PackedName, programOf } from '../../scripts/pack/program.ts';

/** The Node that runs this finds itself as `node`, as an installed program does. */
export const withOwnNode = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...env,
  PATH: `${dirname(process.execPath)}${delimiter}${env.PATH ?? ''}`,
});

/**
 * Installs a packed program into this folder with the npm of this machine, which may ask nobody, and returns its
 * command.
 */
export async function installedCommand(name: PackedName, folder: string): Promise<string> {
  const quiet = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const places = ['--prefix', folder, '--cache', join(folder, 'cache')];
  const args = ['install', '--global', ...quiet, ...places, await packed(name)];
  await promisify(execFile)('npm', args, { env: withOwnNode(), cwd: folder });
  return join(folder, 'bin', programOf(name).name);
}
