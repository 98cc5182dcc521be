import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../../scripts/lib/paths.ts';

export interface AgentChild {
  child: ChildProcess;
  port: number;
}

/** The agent as a process of its own, ready when it says that it listens. */
export async function spawnAgent(configFile: string): Promise<AgentChild> {
  const child = spawn(process.execPath, [join(ROOT, 'meter-agent/main.ts'), 'run', '--config', configFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    const { msg, port } = JSON.parse(line) as { msg: string; port: number };
    if (msg !== 'listening') continue;
    child.stdout?.resume();
    return { child, port };
  }
  throw new Error('The agent ended before it listened.');
}

/** As a power cut does: nothing of the process gets a word in. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
