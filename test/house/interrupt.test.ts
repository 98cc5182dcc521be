import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { ended } from '../../scripts/lib/child.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { identify, isRunning } from '../../scripts/start/process-id.ts';

/** Starts a run of stages in a process group of its own, as a terminal does, with a channel, as the bootstrap does. */
async function startStages({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const child = spawn(process.execPath, [join(ROOT, 'test/house/fixtures/stages.ts')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true,
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const pids = await waitFor('the programs to run', () => /^pids (\d+) (\d+)$/m.exec(output)?.slice(1));
  const programs = pids.map((pid) => identify(Number(pid))!);
  onTestFinished(() => {
    for (const program of programs) if (isRunning(program)) process.kill(program.pid, 'SIGKILL');
    child.kill('SIGKILL');
  });
  return { child, programs };
}

const ENDS: [string, (child: ChildProcess) => void][] = [
  ['Ctrl-C', ({ pid }) => process.kill(-pid!, 'SIGINT')],
  ['SIGTERM to the runner alone', (child) => child.kill('SIGTERM')],
  ['a closed terminal', ({ pid }) => process.kill(-pid!, 'SIGHUP')],
  ['the end of the program that started it', (child) => child.disconnect()],
];

test.runIf(process.platform !== 'win32').concurrent.for([...ENDS])(
  '%s ends the stage with all that it started',
  async ([, end], context) => {
    const { child, programs } = await startStages(context);
    end(child);
    expect(await ended(child)).toBe(130);
    expect(programs.filter(isRunning)).toEqual([]);
  },
);

test.concurrent('Ctrl-C that comes more than once, as through npm, waits for the same end', async (context) => {
  const { child, programs } = await startStages(context);
  child.kill('SIGINT');
  child.kill('SIGTERM');
  child.kill('SIGINT');
  expect(await ended(child)).toBe(130);
  expect(programs.filter(isRunning)).toEqual([]);
});
