import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/paths.ts';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of the repository as its own process, as the bootstrap does. */
export function runScript(name: string, args: readonly string[]): Promise<Ended> {
  const command = [join(ROOT, 'scripts', `${name}.ts`), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { timeout: 50_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** The object in the last line of standard output. */
export const lastJson = ({ stdout }: Ended) => JSON.parse(stdout.trim().split('\n').at(-1)!);
