import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { identify, type ProcessId } from './process-id.ts';

export type Guard = {
  id: ProcessId | undefined;
  add: (id: ProcessId) => void;
  remove: (id: ProcessId) => void;
  /** Ends the guard: nothing is left to guard. */
  dismiss: () => void;
};

/** Starts the guard in its own process group, out of reach of the terminal's signals. `onLost` is called if it dies. */
export function startGuard(onLost: () => void): Guard {
  const script = join(import.meta.dirname, 'guard.ts');
  const args = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1', script];
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  child.stdin?.on('error', () => {});
  child.once('exit', onLost);
  const send = (line: object) => child.stdin?.write(`${JSON.stringify(line)}\n`);
  return {
    id: child.pid === undefined ? undefined : identify(child.pid),
    add: (id) => send({ do: 'add', ...id }),
    remove: (id) => send({ do: 'remove', ...id }),
    dismiss: () => {
      child.off('exit', onLost);
      child.stdin?.end();
    },
  };
}
