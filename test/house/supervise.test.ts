import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isRunning } from '../../scripts/start/process-id.ts';
import { nothingLeft, recordFile, recordOf, startRun, tempFolder } from './support.ts';

test.each(['SIGINT', 'SIGHUP'] as const)('%s ends the run in order', async (signal) => {
  const folder = tempFolder();
  const run = startRun(folder, 'one');
  await run.says(/Plugpact is up/);
  const record = recordOf(folder);
  expect(record.children.every(isRunning)).toBe(true);
  run.process.kill(signal);
  expect(await run.exit()).toBe(0);
  await nothingLeft(record);
  expect(existsSync(recordFile(folder))).toBe(false);
});

test('SIGTERM ends every child, also one that is deaf to it', async () => {
  const folder = tempFolder();
  const run = startRun(folder, 'two');
  await run.says(/Plugpact is up/);
  const record = recordOf(folder);
  expect(record.children.map(({ name }) => name)).toEqual(['polite', 'deaf']);
  run.process.kill('SIGTERM');
  expect(await run.exit()).toBe(0);
  await nothingLeft(record);
});

test('SIGKILL of the supervisor leaves no child behind', async () => {
  const folder = tempFolder();
  const run = startRun(folder, 'two');
  await run.says(/Plugpact is up/);
  const record = recordOf(folder);
  run.process.kill('SIGKILL');
  await nothingLeft(record);
});

test('the death of the program that started it ends the run', async () => {
  const folder = tempFolder();
  const run = startRun(folder, 'one');
  await run.says(/Plugpact is up/);
  const record = recordOf(folder);
  run.process.disconnect();
  expect(await run.exit()).toBe(0);
  await nothingLeft(record);
});

test('the death of the guard ends the run, since nobody would end the rest', async () => {
  const folder = tempFolder();
  const run = startRun(folder, 'one');
  await run.says(/Plugpact is up/);
  const record = recordOf(folder);
  process.kill(record.guard!.pid, 'SIGKILL');
  expect(await run.exit()).toBe(1);
  await nothingLeft(record);
});

test('a second start leaves a healthy run alone and says where it is', async () => {
  const folder = tempFolder();
  const first = startRun(folder, 'one');
  await first.says(/Plugpact is up/);
  const second = startRun(folder, 'one');
  expect(await second.exit()).toBe(0);
  expect(second.output()).toContain('http://127.0.0.1:1/');
  const fresh = startRun(folder, 'one', ['--fresh']);
  expect(await fresh.exit()).toBe(1);
  expect(recordOf(folder).children.every(isRunning)).toBe(true);
});

test('a start right after a kill ends what the dead run left before it starts its own', async () => {
  const folder = tempFolder();
  const first = startRun(folder, 'two');
  await first.says(/Plugpact is up/);
  const old = recordOf(folder);
  process.kill(old.guard!.pid, 'SIGKILL');
  first.process.kill('SIGKILL');
  const second = startRun(folder, 'two');
  await second.says(/Plugpact is up/);
  expect(old.children.some(isRunning)).toBe(false);
  expect(recordOf(folder).children.every(isRunning)).toBe(true);
});

test('a pid file that names a foreign process does not touch it', async () => {
  const folder = tempFolder();
  const foreign = { pid: process.pid, startedAt: 'another time' };
  writeFileSync(
    recordFile(folder),
    JSON.stringify({
      supervisor: foreign,
      owners: [],
      guard: foreign,
      children: [{ name: 'x', ...foreign }],
    }),
  );
  const run = startRun(folder, 'one');
  await run.says(/Plugpact is up/);
  expect(recordOf(folder).supervisor.pid).toBe(run.process.pid);
});

test('a child that ends unasked ends the run, with its last words', async () => {
  const folder = tempFolder();
  const run = startRun(folder, 'dying');
  expect(await run.exit()).toBe(1);
  expect(run.output()).toMatch(/mortal ended with code 3[\s\S]*no luck/);
});

test('a busy port is said and the next free one used', async () => {
  const folder = tempFolder();
  const run = startRun(folder, 'busy');
  const busy = Number((await run.says(/Port \d+ is busy/)).split(' ')[1]);
  await run.says(/Plugpact is up/);
  expect(Number(new URL(recordOf(folder).address!).port)).toBeGreaterThan(busy);
});

test('a port that was free and is taken before the child has it is busy like any other', async () => {
  const folder = tempFolder();
  const run = startRun(folder, 'raced');
  const taken = Number((await run.says(/Port \d+ is busy/)).split(' ')[1]);
  await run.says(/Plugpact is up/);
  expect(Number(new URL(recordOf(folder).address!).port)).toBeGreaterThan(taken);
  expect(recordOf(folder).children.map(({ name }) => name)).toEqual(['page']);
});

test.each(['busy', 'raced'])('with --any-port a run asks for no port that could be %s', async (plan) => {
  const folder = tempFolder();
  const run = startRun(folder, plan, ['--any-port']);
  await run.says(/Plugpact is up/);
  expect(run.output()).not.toContain('busy');
  const { address } = recordOf(folder);
  expect(await (await fetch(address!)).text()).toBe('ok');
});

test('--fresh removes what earlier runs kept', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'index.sqlite'), 'old');
  const run = startRun(folder, 'one', ['--fresh']);
  await run.says(/Plugpact is up/);
  expect(existsSync(join(folder, 'index.sqlite'))).toBe(false);
  expect(readFileSync(join(folder, 'logs/polite.log'), 'utf8')).toMatch(/listening/);
});
