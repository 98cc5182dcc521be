import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectorHash } from '../../protocol/listing.ts';
import { listCharger } from './marketActions.ts';
import { startProxy } from './proxy.ts';
import { caughtUp, get, post, startLedger, startServer, type TestLedger, waitFor } from './support.ts';

let ledger: TestLedger;
let wallbox: Server;
const asked: string[] = [];

beforeAll(async () => {
  ledger = await startLedger();
  wallbox = createServer(async (req, res) => {
    asked.push(`${req.method} ${req.url} ${await text(req)}`);
    res.writeHead(req.url === '/unplug' ? 409 : 200).end('{}');
  });
  await new Promise<void>((resolve) => wallbox.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  wallbox?.close();
  await ledger?.stop();
});

/** The file that names the wallbox; not there yet. */
async function wallboxesFile() {
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-wallboxes-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { port } = wallbox.address() as AddressInfo;
  const text = JSON.stringify([{ chargePointId: 'CP1', controlUrl: `http://127.0.0.1:${port}` }]);
  const path = join(folder, 'wallboxes.json');
  return { path, write: () => writeFile(path, text) };
}

test('a simulated wallbox is shown with its listing, and the page plugs in its cable', async () => {
  const file = await wallboxesFile();
  const server = await startServer(ledger.market, { LOCAL_WALLBOXES_FILE: file.path });
  try {
    const { listingId } = await listCharger(ledger.market);
    await caughtUp(server, ledger);
    const connector = connectorHash('CP1', 1);
    const shown = async () =>
      (await get<{ local: { wallboxes: unknown } }>(`${server.api}/config`)).body.local.wallboxes;
    expect(await shown()).toEqual([]);
    await file.write();
    expect(await shown()).toEqual([{ chargePointId: 'CP1', connector, listingId }]);
    const url = `${server.api}/local/wallboxes/${connector}`;
    expect((await post(`${url}/plug`, {})).status).toBe(202);
    expect(asked).toEqual(['POST /plug {}']);
    expect(await post(`${url}/unplug`, {})).toMatchObject({
      status: 503,
      body: { code: 'wallbox.unreachable' },
    });
    expect(await post(`${url}/fault`, {})).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
    expect((await post(`${url}/present`, { idTag: '04A2B3C4' })).status).toBe(202);
    expect(asked.at(-1)).toBe('POST /present {"idTag":"04A2B3C4"}');
    expect((await post(`${url}/present`, { idTag: 'no card!' })).status).toBe(400);
    const other = `${server.api}/local/wallboxes/${connectorHash('CP2', 1)}/plug`;
    expect(await post(other, {})).toMatchObject({ status: 404, body: { code: 'wallbox.notFound' } });
  } finally {
    await server.stop();
  }
});

test('demo money and simulated wallboxes are refused on any ledger but the local one', async () => {
  const proxy = await startProxy(ledger.anvil.url, { chainId: 11_155_111 });
  const { path } = await wallboxesFile();
  const rpcUrl = proxy.url;
  const server = await startServer({ ...ledger.market, rpcUrl }, { LOCAL_WALLBOXES_FILE: path });
  try {
    await waitFor('the refusal', () => server.fatal.length > 0);
    expect(server.fatal[0]).toMatchObject({ code: 'config.invalid' });
    expect(server.fatal[0]!.message).toContain(
      'FAUCET_PRIVATE_KEY, LOCAL_WALLBOXES_FILE (hidden) on chain 11155111',
    );
  } finally {
    await server.stop();
    proxy.close();
  }
});
