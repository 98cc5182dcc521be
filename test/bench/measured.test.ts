import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bloomOf } from '../../scripts/bench/generated/bloom.ts';
import { historyOf, openListings } from '../../scripts/bench/generated/history.ts';
import { serveLedger } from '../../scripts/bench/generated/start.ts';
import { backFill, readFloor } from '../../scripts/bench/index/back-fill.ts';
import type { LoadFigures } from '../../scripts/bench/map/load.ts';
import { printed, served } from '../../scripts/bench/measured.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { rpc, withAnvil } from '../support/anvil.ts';

interface BlockWithBloom {
  hash: `0x${string}`;
  logsBloom: `0x${string}`;
}

/** Creates a contract that only emits an event with the topics 2 and 1. */
const EMITS = '0x600160025f5fa200';

describe('the benches of index and map', () => {
  it('make the same bloom filter as a node', () =>
    withAnvil({}, async ({ url }) => {
      await rpc(url, 'eth_sendTransaction', [{ from: localAccount('host').address, data: EMITS }]);
      const mined = async () => (await rpc<string>(url, 'eth_blockNumber')) === '0x1';
      await waitFor('its block', mined);
      const { hash, logsBloom } = await rpc<BlockWithBloom>(url, 'eth_getBlockByNumber', ['0x1', false]);
      const logs = await rpc<Parameters<typeof bloomOf>[0]>(url, 'eth_getLogs', [{ blockHash: hash }]);
      expect(logs).toHaveLength(1);
      expect(bloomOf(logs)).toBe(logsBloom);
    }));

  it('floor and server read the same events, and the server tells what it used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-test-'));
    const parts = { seed: 5, listings: 120, bookings: 150, eventsPerBlock: 10, keyedListings: 0 };
    const ledger = await serveLedger(parts);
    try {
      const floor = await readFloor(ledger, 20);
      expect(floor.events).toBe(ledger.events);
      expect(floor.cpuMs).toBeGreaterThan(0);
      const filled = await backFill(ledger, { DATABASE_FILE: join(folder, 'index.sqlite') });
      expect(filled.complaints).toEqual([]);
      for (const name of ['cpuMs', 'wallMs', 'peakMb'] as const)
        expect(filled[name], name).toBeGreaterThan(0);
      const history = historyOf(ledger.history);
      expect(openListings(history, ledger.lastBlock).size).toBeLessThanOrEqual(parts.listings);
    } finally {
      await ledger.end();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('the load generator gives times and throughput, and fails on an answer that is none', async () => {
    const origin = createServer((_request, response) => response.end('as many bytes')).listen(0, '127.0.0.1');
    await once(origin, 'listening');
    const { port } = origin.address() as AddressInfo;
    const load = { perSecond: 50, seconds: 0.2, clients: 2, busySeconds: 0.1 };
    const bare = await served('scripts/bench/map/floor-server.ts', [], { port, paths: ['/a?b=1'] });
    try {
      expect(await (await fetch(`${bare.url}/a?b=1`)).text()).toBe('as many bytes');
      const input = { ...load, port: bare.port, paths: ['/a?b=1'] };
      const figures = await printed<LoadFigures>('scripts/bench/map/load.ts', [], input);
      expect(figures).toMatchObject({
        p50Ms: expect.any(Number),
        p99Ms: expect.any(Number),
        perSecond: expect.any(Number),
      });
      expect(figures.p50Ms).toBeLessThanOrEqual(figures.p99Ms);
      const wrong = printed('scripts/bench/map/load.ts', [], { ...input, paths: ['/other'] });
      await expect(wrong).rejects.toThrow('/other: 500');
    } finally {
      await bare.end();
      origin.closeAllConnections();
      origin.close();
    }
  });
});
