import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startAnvil } from '../support/anvil.ts';
import { deployTestMarket } from '../support/market.ts';
import { StablePort } from '../support/stable-port.ts';
import { bookCharger, listCharger } from './marketActions.ts';
import { caughtUp, get, newDatabase, startServer, waitFor } from './support.ts';

test('a node restarted from an older state file is followed, by a running server and by a new one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-restart-'));
  const [statePath, older] = [join(folder, 'state.json'), join(folder, 'older.json')];
  let anvil = await startAnvil({ statePath });
  const stable = await StablePort.open();
  onTestFinished(() => stable.close());
  stable.target = anvil.port;
  const market = await deployTestMarket(`http://127.0.0.1:${stable.port}`);
  const startAgain = async () => {
    anvil = await startAnvil({ statePath });
    stable.target = anvil.port;
  };
  const remaining = await bookCharger(market, await listCharger(market));
  // Stopping the node writes its state, so the copy is complete up to this point.
  await anvil.stop();
  await copyFile(statePath, older);
  await startAgain();
  const database = await newDatabase();
  const { env } = database;
  let server = await startServer(market, env);
  try {
    const lost = await bookCharger(market, await listCharger(market));
    await caughtUp(server, { anvil, market, stop: anvil.stop });
    const statusOf = async (id: string) => (await get(`${server.api}/bookings/${id}`)).status;
    expect(await statusOf(lost.bookingId)).toBe(200);
    await anvil.stop();
    await copyFile(older, statePath);
    await startAgain();
    await waitFor('the running server to roll back', async () => (await statusOf(lost.bookingId)) === 404);
    expect(await statusOf(remaining.bookingId)).toBe(200);
    expect(server.fatal).toEqual([]);
    const again = await bookCharger(market, await listCharger(market));
    await caughtUp(server, { anvil, market, stop: anvil.stop });
    await server.stop();
    await anvil.stop();
    await copyFile(older, statePath);
    await startAgain();
    server = await startServer(market, env);
    await waitFor('the new server to roll back', async () => (await statusOf(again.bookingId)) === 404);
    expect(await statusOf(remaining.bookingId)).toBe(200);
    expect(server.fatal).toEqual([]);
  } finally {
    await server.stop();
    await anvil.stop();
    await database.remove();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a database that indexed another market of the ledger starts again with the configured one', async () => {
  const database = await newDatabase();
  onTestFinished(() => database.remove());
  const anvil = await startAnvil();
  onTestFinished(() => anvil.stop());
  const [before, after] = [await deployTestMarket(anvil.url), await deployTestMarket(anvil.url)];
  const [old, charger] = [await listCharger(before), await listCharger(after)];
  const first = await startServer(before, database.env);
  await caughtUp(first, { anvil, market: before, stop: anvil.stop });
  await first.stop();
  const second = await startServer(after, database.env);
  onTestFinished(() => second.stop());
  await waitFor('the index of the new market', async () => {
    return (await get(`${second.api}/chargers/${charger.listingId}`)).status === 200;
  });
  expect((await get(`${second.api}/chargers/${old.listingId}`)).status).toBe(404);
  expect(second.fatal).toEqual([]);
});
