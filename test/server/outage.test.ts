import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { rpc } from '../support/anvil.ts';
import { bookCharger, listCharger } from './story.ts';
import { caughtUp, get, startLedger, startServer, waitFor } from './support.ts';

/** Passes JSON-RPC on while `isOpen`, else cuts the line; refuses log queries over more than `maxBlocks`. */
async function startProxy(target: string, maxBlocks = Number.POSITIVE_INFINITY) {
  const gate = { isOpen: false, requests: 0, refused: 0 };
  const answer = async (body: string): Promise<string> => {
    const { id, method, params } = JSON.parse(body);
    if (method === 'eth_getLogs' && Number(params[0].toBlock) - Number(params[0].fromBlock) >= maxBlocks) {
      gate.refused += 1;
      return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_005, message: 'range too long' } });
    }
    const headers = { 'content-type': 'application/json' };
    return (await fetch(target, { method: 'POST', headers, body })).text();
  };
  const proxy: Server = createServer((req, res) => {
    gate.requests += 1;
    if (!gate.isOpen) return void req.socket.destroy();
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    req.on('end', async () => res.setHeader('content-type', 'application/json').end(await answer(body)));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/v3/secret-access-key`;
  const close = () => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { gate, url, close };
}

test('an unreachable ledger is tried again, said once without its access key, and answers say so', async () => {
  const ledger = await startLedger();
  const proxy = await startProxy(ledger.anvil.url);
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
    await waitFor(
      'the ledger to be followed',
      async () => (await get(`${server.url}/healthz`)).status === 200,
    );
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

test('a long ledger is read in ranges, and a node that refuses long ones gets shorter ones', async () => {
  const ledger = await startLedger();
  const proxy = await startProxy(ledger.anvil.url, 300);
  proxy.gate.isOpen = true;
  const first = await bookCharger(ledger.market, await listCharger(ledger.market));
  for (let i = 0; i < 6; i++) await rpc(ledger.anvil.url, 'anvil_mine', ['0xc8']);
  const last = await bookCharger(ledger.market, await listCharger(ledger.market));
  const server = await startServer({ ...ledger.market, rpcUrl: proxy.url });
  try {
    await caughtUp(server, ledger);
    for (const visit of [first, last])
      expect((await get(`${server.api}/bookings/${visit.bookingId}`)).body.reservationStatus).toBe(
        'RESERVED',
      );
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
