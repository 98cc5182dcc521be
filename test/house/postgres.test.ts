import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ended } from '../../scripts/lib/child.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { isFree } from '../../scripts/lib/port.ts';
import { waitFor } from '../../scripts/lib/wait.ts';

const STARTER = `
  const { startPostgres } = await import(${JSON.stringify(join(ROOT, 'scripts/lib/postgres.ts'))});
  const { port, folder } = await startPostgres();
  console.log(JSON.stringify({ port, folder }));
  process.on('SIGTERM', () => process.exit(0));`;

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a PostgreSQL server ends with its starter, also by %s',
  async (signal) => {
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', STARTER], {
      stdio: ['ignore', 'pipe', 2],
    });
    onTestFinished(() => void starter.kill('SIGKILL'));
    const [line] = await once(starter.stdout!.setEncoding('utf8'), 'data');
    const { port, folder } = JSON.parse(line) as { port: number; folder: string };
    expect(await isFree(port)).toBe(false);
    expect(existsSync(folder)).toBe(true);
    starter.kill(signal);
    await ended(starter);
    await waitFor('the server to end', () => isFree(port));
    await waitFor('its folder to be removed', () => !existsSync(folder));
  },
);
