import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPublicClient, http, parseAbi } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { ApiClient } from '../../scripts/client/api-client.ts';
import { LedgerAccess } from '../../scripts/client/ledger-access.ts';
import { api } from '../../server/web/app/api.ts';
import { startLedger, startServer, type TestLedger, type TestServer, waitFor } from '../server/support.ts';

const BALANCE = parseAbi(['function balanceOf(address) view returns (uint256)']);

let ledger: TestLedger;
let server: TestServer;
beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market);
});
afterAll(async () => {
  await server.stop();
  await ledger.stop();
});

/** In front of the server: what was asked is done, and the first answer to a write never arrives. */
async function losingFirstAnswer(): Promise<string> {
  let isLost = false;
  const front = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const { host: _, connection: __, 'content-length': ___, ...headers } = req.headers;
    const isWrite = req.method !== 'GET';
    const answer = await fetch(server.url + req.url, {
      method: req.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(isWrite ? { body } : {}),
    });
    const text = await answer.text();
    if (isWrite && !isLost) {
      isLost = true;
      return void req.socket.destroy();
    }
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    front.closeAllConnections();
    front.close();
  });
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
}

async function balanceOf(account: `0x${string}`): Promise<bigint> {
  const client = createPublicClient({ transport: http(ledger.anvil.url) });
  const { token } = ledger.market;
  return client.readContract({ address: token, abi: BALANCE, functionName: 'balanceOf', args: [account] });
}

/** What one gift is, given over a line that loses nothing. */
async function oneGift(client: ApiClient, access: LedgerAccess): Promise<bigint> {
  const { address } = privateKeyToAccount(generatePrivateKey());
  await access.mined((await client.call('giveDemoMoney', { body: { account: address } })).transactionHash);
  return balanceOf(address);
}

test('a write of the scripts’ client that is repeated after a lost answer is done once', async () => {
  const client = new ApiClient(await losingFirstAnswer());
  const direct = new ApiClient(server.url);
  const access = new LedgerAccess(direct, await waitFor('the API', () => direct.call('getConfig')));
  const { address } = privateKeyToAccount(generatePrivateKey());
  const give = () => client.call('giveDemoMoney', { body: { account: address } });
  await expect(give()).rejects.toThrow();
  const { transactionHash } = await give();
  await access.mined(transactionHash);
  const gift = await oneGift(direct, access);
  expect(await balanceOf(address)).toBe(gift);
  // What was answered is over: the next press is another action.
  await access.mined((await give()).transactionHash);
  expect(await balanceOf(address)).toBe(2n * gift);
});

test('the page’s client repeats a write under the same key until it is answered', async () => {
  const sent: Headers[] = [];
  const answers = [undefined, new Response('{}', { status: 503 }), new Response('{}'), new Response('{}')];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_path, init) => {
    sent.push(new Headers(init?.headers));
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('the connection is gone');
    return answer;
  });
  const account = `0x${'11'.repeat(20)}` as const;
  const give = () => api('giveDemoMoney', { body: { account } });
  await expect(give()).rejects.toMatchObject({ code: 'api.unreachable' });
  await expect(give()).rejects.toMatchObject({ code: 'api.status503' });
  await give();
  await give();
  const [first, second, third, fourth] = sent.map((headers) => headers.get('idempotency-key'));
  expect(first).toMatch(/^[\w-]{16,128}$/);
  expect([second, third]).toEqual([first, first]);
  expect(fourth).not.toBe(first);
});
