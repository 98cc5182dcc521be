import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit as auditCommand } from '../../audit/command.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { startServer } from '../server/support.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';
import { NOBODY_URL } from '../support/stable-port.ts';
import { lastJson, runHere } from './run-script.ts';
import { runScenario, type Scenario } from './scenario.ts';

interface Api {
  origin: string;
  stop: () => Promise<void>;
}

/** The real server with its own index. */
async function startApi(market: TestMarket): Promise<Api> {
  const { url, stop } = await startServer(market);
  return { origin: url, stop };
}

/** Forwards requests to the API and changes its answers. */
async function startLiar(api: Api, lie: (body: string, path: string) => string): Promise<Api> {
  const server: Server = createServer(async (request, response) => {
    const answer = await fetch(`${api.origin}${request.url}`);
    const body = lie(await answer.text(), request.url ?? '');
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { origin: `http://127.0.0.1:${port}`, stop };
}

describe('npm run audit -- --api', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  let api: Api;
  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
    api = await startApi(scenario.market);
  });
  afterAll(async () => {
    await api?.stop();
    await anvil.stop();
  });

  const audit = (origin: string, market = scenario.market.market) =>
    runHere(auditCommand, ['--rpc', anvil.url, '--market', market, '--api', origin, '--json']);

  async function auditThrough(lie: (body: string, path: string) => string) {
    const liar = await startLiar(api, lie);
    try {
      return await audit(liar.origin);
    } finally {
      await liar.stop();
    }
  }

  it('ends with 0 when the API equals the ledger', async () => {
    const ended = await audit(api.origin);
    expect(lastJson(ended).discrepancies).toEqual([]);
    expect(ended.code).toBe(0);
  });

  it('ends with 1 and names the booking when the API returns another sum', async () => {
    const ended = await auditThrough((body) => body.replaceAll('"paid":"575000"', '"paid":"475000"'));
    expect(ended.code).toBe(1);
    const { bookingId } = scenario.settled;
    const mismatch = expect.objectContaining({ code: 'api.mismatch', bookingId, found: '475000' });
    expect(lastJson(ended).discrepancies).toEqual([mismatch]);
  });

  it('ends with 1 when the API returns other terms or another state of an open booking', async () => {
    const { bookingId } = scenario.open;
    const ended = await auditThrough((body, path) =>
      path.includes(bookingId)
        ? body.replace('"head":"0x00', '"head":"0x01').replace('"tariff":"0x', '"tariff":"0x1')
        : body,
    );
    const fields = lastJson(ended).discrepancies.map((d: { expected: string }) => d.expected.split(' ')[0]);
    expect(fields.sort()).toEqual(['head', 'tariff']);
  });

  it('ends with 2 when the API serves another market, does not answer, or answers with no JSON', async () => {
    const other = await deployTestMarket(anvil.url);
    const otherMarket = await audit(api.origin, other.market);
    expect(otherMarket.code).toBe(2);
    expect(otherMarket.stderr).toContain(`must serve ${other.market}`);
    for (const body of ['hello', '{}']) {
      const { code, stderr } = await auditThrough(() => body);
      expect(code).toBe(2);
      expect(stderr).toContain('must answer as Plugpact’s API does');
    }
    const nobody = await audit(NOBODY_URL);
    expect(nobody.code).toBe(2);
    expect(nobody.stderr).toContain('leave --api out');
  });
});
