import { expect, onTestFinished, test } from 'vitest';
import type { Cluster } from '../../server/db/cluster.ts';
import { openDatabase } from '../../server/db/open.ts';
import { freshPostgres } from '../support/postgres.ts';
import { StablePort } from '../support/stable-port.ts';
import { waitFor } from './support.ts';

/** Two processes on one database; the first one reaches it by a port that the test can cut. */
async function twoProcesses(): Promise<{
  first: Cluster;
  second: Cluster;
  stable: StablePort;
  port: number;
}> {
  const { url, drop } = await freshPostgres();
  onTestFinished(drop);
  const stable = await StablePort.open();
  onTestFinished(() => stable.close());
  const through = new URL(url);
  const port = Number(through.port);
  stable.target = port;
  through.port = String(stable.port);
  const databases = [
    await openDatabase({ databaseUrl: through.href }),
    await openDatabase({ databaseUrl: url }),
  ];
  onTestFinished(async () => void (await Promise.all(databases.map(({ close }) => close()))));
  const [first, second] = databases.map(({ cluster }) => cluster!) as [Cluster, Cluster];
  return { first, second, stable, port };
}

test('all processes hear a channel, the sender included, until they stop listening', async () => {
  const { first, second } = await twoProcesses();
  const heard: string[] = [];
  const stopFirst = await first.listen('News "of" both', (text) => heard.push(`first ${text}`));
  await second.listen('News "of" both', (text) => heard.push(`second ${text}`));
  await second.listen('other', (text) => heard.push(`other ${text}`));
  await first.notify('News "of" both', 'a');
  await waitFor('both to hear', () => heard.length === 2);
  await stopFirst();
  await second.notify('News "of" both', 'b');
  await second.notify('other', 'c');
  await waitFor('the last one', () => heard.includes('other c'));
  expect(heard.toSorted()).toEqual(['first a', 'other c', 'second a', 'second b']);
  expect(first.processId).not.toBe(second.processId);
});

test('a listener whose connection was lost hears again, and that it may have missed something', async () => {
  const { first, second, stable, port } = await twoProcesses();
  const heard: string[] = [];
  await first.listen(
    'news',
    (text) => heard.push(text),
    () => heard.push('missed'),
  );
  stable.cut();
  await second.notify('news', 'lost');
  stable.target = port;
  await waitFor('the connection to be made again', () => heard.includes('missed'));
  await second.notify('news', 'heard');
  await waitFor('the next one', () => heard.includes('heard'));
  expect(heard).toEqual(['missed', 'heard']);
});

test('a lock has one holder; it goes on when it is released, when its connection is lost, and not after giving up', async () => {
  const { first, second, stable } = await twoProcesses();
  const forever = new AbortController().signal;
  const held = await first.holdLock(7, forever);
  const giving = new AbortController();
  const refused = second.holdLock(7, giving.signal);
  giving.abort(new Error('no longer'));
  await expect(refused).rejects.toThrow('no longer');
  await (await second.holdLock(8, forever)).release();

  const waiting = second.holdLock(7, forever);
  stable.cut();
  const taken = await waiting;
  await waitFor('the first to know', () => held.lost.aborted);
  expect(taken.lost.aborted).toBe(false);
  await taken.release();
  expect(taken.lost.aborted).toBe(true);
});
