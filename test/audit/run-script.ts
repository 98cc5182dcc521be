import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of the repository as its own process, as the bootstrap does. */
export const runScript = (name: string, args: readonly string[]): Promise<Ended> =>
  runProgram([join(ROOT, 'scripts', `${name}.ts`), ...args]);

/** Runs a program with its arguments under this Node. */
export function runProgram(command: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, command, { timeout: 100_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** The same command in this process, which starts no other: by what it prints and the exit code that it gives. */
export async function runHere(
  command: (args: string[]) => Promise<number>,
  args: readonly string[],
): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const hear = (stream: keyof typeof said) => (line: unknown) => {
    said[stream] += `${line}\n`;
  };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(hear('stdout')),
    vi.spyOn(console, 'error').mockImplementation(hear('stderr')),
  ];
  try {
    return { code: await command([...args]), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** The object in the last line of standard output. */
export const lastJson = ({ stdout }: Ended) => JSON.parse(stdout.trim().split('\n').at(-1)!);
