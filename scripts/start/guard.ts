// The guard: ends the children of a supervisor that died without ending them. The supervisor holds the other
// end of this process's standard input and writes a line for each child; the system closes the pipe when the
// supervisor dies, however it dies. A child such as the ledger cannot watch its parent.
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { endAll } from './end-all.ts';
import type { ProcessId } from './process-id.ts';

const Line = z.object({
  do: z.enum(['add', 'remove']),
  pid: z.int().positive(),
  startedAt: z.string(),
});

const children = new Map<number, ProcessId>();

// The supervisor handles a closed terminal and Ctrl-C; the guard ends shortly after it.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (text) => {
  const line = Line.parse(JSON.parse(text));
  if (line.do === 'add') children.set(line.pid, { pid: line.pid, startedAt: line.startedAt });
  else children.delete(line.pid);
});
lines.on('close', () => void endAll([...children.values()]));
