import { expect, test } from 'vitest';
import { rpc } from '../support/anvil.ts';
import { bookCharger, listCharger } from './marketActions.ts';
import { startProxy } from './proxy.ts';
import { leads, startServers } from './support/processes.ts';
import { caughtUp, get, startLedger, startServer, type TestServer, waitFor } from './support.ts';

test('an unreachable ledger is retried, logged once without its access key, and reported in answers', async () => {
  const ledger = await startLedger();
  const proxy = await startProxy(ledger.anvil.url);
  proxy.gate.isOpen = false;
  const server = await startServer({ ...ledger.market, rpcUrl: proxy.url });
  try {
    await waitFor('several tries', () => proxy.gate.requests > 6);
    expect(await get(`${server.api}/config`)).toMatchObject({
      status: 503,
      body: { code: 'ledger.unreachable' },
    });
    expect(await get(`${server.url}/healthz`)).toMatchObject({ status: 503, body: { status: 'degraded' } });
    expect(server.logLines.filter((line) => line.includes('ledger unreachable'))).toHaveLength(1);
    proxy.gate.isOpen = true;
    await waitFor('the ledger to be followed', async () => {
      const { body } = await get(`${server.url}/healthz`);
      return body.status === 'ok' && (body.index as { lagBlocks: number }).lagBlocks === 0;
    });
    expect((await get(`${server.url}/healthz`)).body).toMatchObject({
      status: 'ok',
      ledger: { reachable: true, chainId: 31_337 },
      index: { lagBlocks: 0 },
    });
    await waitFor('the market to be known', async () => (await get(`${server.api}/config`)).status === 200);
    expect(server.logLines.filter((line) => line.includes('ledger unreachable: over'))).toHaveLength(1);
    expect(server.fatal).toEqual([]);
    expect(server.logLines.join('')).not.toContain('secret-access-key');
  } finally {
    await server.stop();
    proxy.close();
    await ledger.stop();
  }
});

test('a process that begins to lead in an outage has logged it already', async () => {
  const ledger = await startLedger();
  const proxy = await startProxy(ledger.anvil.url);
  const servers = await startServers({ ...ledger.market, rpcUrl: proxy.url }, 2);
  try {
    const [second] = servers.all.slice(1) as [TestServer];
    const outages = () => second.logLines.filter((line) => line.includes('ledger unreachable'));
    proxy.gate.isOpen = false;
    await waitFor('the outage to be noticed', () => outages().length > 0);
    await servers.all.shift()?.stop();
    await waitFor('the other one to lead', () => leads(second.logLines.join('')));
    const before = proxy.gate.requests;
    await waitFor('it to try', () => proxy.gate.requests > before + 1);
    expect(outages()).toHaveLength(1);
  } finally {
    await servers.stop();
    proxy.close();
    await ledger.stop();
  }
});

test('a long ledger is read in ranges, shorter ones where the node refuses', async () => {
  const ledger = await startLedger();
  const proxy = await startProxy(ledger.anvil.url, { maxBlocks: 100 });
  const first = await bookCharger(ledger.market, await listCharger(ledger.market));
  for (let i = 0; i < 4; i++) await rpc(ledger.anvil.url, 'anvil_mine', ['0x64']);
  const last = await bookCharger(ledger.market, await listCharger(ledger.market));
  const server = await startServer({ ...ledger.market, rpcUrl: proxy.url });
  try {
    await caughtUp(server, ledger);
    for (const made of [first, last])
      expect((await get(`${server.api}/bookings/${made.bookingId}`)).body.reservationStatus).toBe('RESERVED');
    expect(proxy.gate.refused).toBeGreaterThan(0);
    expect(proxy.gate.requests).toBeLessThan(400);
    const blocks = await server.db.selectFrom('ledgerBlocks').select('number').execute();
    expect(blocks.length).toBeLessThan(300);
  } finally {
    await server.stop();
    proxy.close();
    await ledger.stop();
  }
});
