import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWithApi } from '../../audit/api/compare-api.ts';
import type { AuditReport } from '../../audit/audit-report.ts';
import { audit as auditCommand, auditLedger } from '../../audit/command.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { startServer } from '../server/support.ts';
import { rpc } from '../support/anvil.ts';
import { deployTestMarket } from '../support/market.ts';
import { NOBODY_URL } from '../support/stable-port.ts';
import { lastJson, runHere } from './run-script.ts';
import { runScenario, type Scenario } from './scenario.ts';

/** Changes an answer of the API, by its path without `/api/v1`. */
type Lie = (body: string, path: string) => string;

/** Stands in front of the API; remembers its answers, as their readers got them, while it does not lie. */
class LyingApi {
  lie: Lie | undefined;
  readonly answers = new Map<string, { status: number; body: string }>();
  readonly #server: Server;

  private constructor(origin: string) {
    this.#server = createServer(async (request, response) => {
      const path = (request.url ?? '').replace('/api/v1', '');
      const known = this.answers.get(path) ?? (await this.#ask(`${origin}${request.url}`));
      this.answers.set(path, known);
      const body = this.lie?.(known.body, path) ?? known.body;
      response
        .writeHead(body === known.body ? known.status : 200, { 'content-type': 'application/json' })
        .end(body);
    });
  }

  static async start(origin: string): Promise<LyingApi> {
    const api = new LyingApi(origin);
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #ask(url: string): Promise<{ status: number; body: string }> {
    const answer = await fetch(url);
    return { status: answer.status, body: await answer.text() };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Fields of the agents, of the operator, or of the time: the ledger says nothing of them. */
const NOT_OF_THE_LEDGER =
  /^\/(chargers\S* (chargers\.\d+\.)?(status|freshness|agentPublicKey)$|config (passkeyVerifier|depositAddresses|topUpUrl|rpcUrl|relayer|currencyRates|basemapStyleUrl|streets|imprint|privacy|foreignFeeds|local|walletConnect)|ledger\/head (blockNumber|indexedTo|progress|verifiedTo)|chargers\S* truncated)/;

/** Every value of an answer by its path; what is in a list of slots counts as one. */
function leavesOf(value: unknown, path: string[] = []): { path: string[]; value: unknown }[] {
  const isSlots = /Slots$/.test(path.at(-1) ?? '');
  if (typeof value !== 'object' || value === null || isSlots) return [{ path, value }];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...path, name]));
}

/** Another value that the field could have. */
function changed(value: unknown, random: number): unknown {
  if (value === null) return 1 + (random % 1_000);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return random % 5 === 0 ? null : value + 1 + (random % 99);
  if (Array.isArray(value)) return changedSlots(value, random);
  const text = String(value);
  if (/^\d+$/.test(text)) return String(BigInt(text) + 1n + BigInt(random % 1_000));
  if (!/^0x|^[0-9a-f]{15}$/.test(text)) return `${text}X`;
  const at = text.length - 1 - (random % Math.max(1, text.length - 2));
  const digit = text[at] === '7' ? '8' : '7';
  return text === '0x' ? '0x00' : text.slice(0, at) + digit + text.slice(at + 1);
}

/** A late slot goes: the early ones are the server's clock's. */
function changedSlots(slots: unknown[], random: number): unknown[] {
  const last = slots.at(-1);
  if (last === undefined) return [[9], [[9, 9]]][random % 2]!;
  if (!Array.isArray(last)) return slots.slice(0, -1);
  const [first, count] = last as [number, number];
  const out = 5 + (random % 20);
  return [...slots.slice(0, -1), [first, out], [first + out + 1, count - out - 1]];
}

describe('npm run audit -- --api', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  let server: Awaited<ReturnType<typeof startServer>>;
  let api: LyingApi;
  let report: AuditReport;

  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
    server = await startServer(scenario.market);
    api = await LyingApi.start(server.url);
    report = await auditLedger({ rpcUrl: anvil.url, market: scenario.market.market });
  });
  afterAll(async () => {
    await api?.stop();
    await server?.stop();
    await anvil.stop();
  });

  const audit = (origin: string, market = scenario.market.market) =>
    runHere(auditCommand, ['--rpc', anvil.url, '--market', market, '--api', origin, '--json']);

  const source = () => ({
    ...{ apiUrl: api.origin, rpcUrl: anvil.url, market: scenario.market.market, mapFollowsMs: 0 },
  });

  async function through<T>(lie: Lie, use: () => Promise<T>): Promise<T> {
    api.lie = lie;
    try {
      return await use();
    } finally {
      api.lie = undefined;
    }
  }

  const compareThrough = (lie: Lie) => through(lie, () => compareWithApi(report, source()));
  const auditThrough = (lie: Lie) => through(lie, () => audit(api.origin));

  it('ends with 0 when the API equals the ledger', async () => {
    const ended = await audit(server.url);
    expect(lastJson(ended)).toMatchObject({ discrepancies: [], unverifiable: [] });
    expect(ended.code).toBe(0);
  });

  it('ends with 1 and names the booking when the API returns another sum', async () => {
    const ended = await auditThrough((body) => body.replaceAll('"paid":"575000"', '"paid":"475000"'));
    expect(ended.code).toBe(1);
    const { bookingId } = scenario.settled;
    expect(lastJson(ended).discrepancies).toEqual([
      expect.objectContaining({ code: 'api.mismatch', bookingId, expected: 'paid 575000', found: '475000' }),
    ]);
  });

  it('names each single change of a value that the ledger decides', async () => {
    await compareWithApi(report, source());
    const fields = [...api.answers].flatMap(([path, { status, body }]) =>
      status !== 200
        ? []
        : leavesOf(JSON.parse(body))
            .filter((leaf) => !NOT_OF_THE_LEDGER.test(`${path} ${leaf.path.join('.')}`))
            .map((leaf) => ({ ...leaf, of: path })),
    );
    expect(fields.length).toBeGreaterThan(200);
    const numRuns = process.env.PLUGPACT_DEEP === undefined ? 40 : 2_000;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), fc.nat(), async ({ of, path, value }, random) => {
        const lie: Lie = (body, asked) =>
          asked === of ? withValue(body, path, changed(value, random)) : body;
        const named = await compareThrough(lie).then(
          ({ discrepancies }) => discrepancies.map(({ code }) => code),
          (error: { code?: string }) => [String(error.code)],
        );
        expect(named.length, `${of} ${path.join('.')}`).toBeGreaterThan(0);
        for (const code of named) expect(code).toMatch(/^(api|audit)\./);
      }),
      { numRuns },
    );
  }, 300_000);

  function withValue(body: string, path: readonly string[], value: unknown): string {
    const whole = JSON.parse(body);
    let part = whole;
    for (const name of path.slice(0, -1)) part = part[name];
    part[path.at(-1)!] = value;
    return JSON.stringify(whole);
  }

  it('names a charger and a booking that the API lacks, and a charger that only the API has', async () => {
    const [listing] = report.book.listings.values();
    const listingId = listing!.listingId;
    const without = await compareThrough((body, path) =>
      path.startsWith('/chargers?bbox') ? JSON.stringify({ chargers: [], cursor: null }) : body,
    );
    expect(without.discrepancies).toMatchObject([{ code: 'api.missing', listingId }]);
    const invented: Hex = `0x${'ab'.repeat(32)}`;
    const beside = await compareThrough((body, path) => {
      if (!path.startsWith('/chargers?host')) return body;
      const whole = JSON.parse(body);
      return JSON.stringify({
        ...whole,
        chargers: [...whole.chargers, { ...whole.chargers[0], listingId: invented }],
      });
    });
    expect(beside.discrepancies).toMatchObject([{ code: 'api.extra', listingId: invented }]);
    const twice = await compareThrough((body, path) => {
      if (!path.startsWith('/chargers?host')) return body;
      const whole = JSON.parse(body);
      return JSON.stringify({ ...whole, chargers: [...whole.chargers, ...whole.chargers] });
    });
    expect(twice.discrepancies).toMatchObject([{ code: 'api.extra', listingId }]);
  });

  it('names rows of a page behind the first one', async () => {
    const invented: Hex = `0x${'cd'.repeat(32)}`;
    const { discrepancies } = await compareThrough((body, path) => {
      if (!path.startsWith('/chargers?bbox')) return body;
      if (path.includes('cursor='))
        return JSON.stringify({ chargers: [{ listingId: invented }], cursor: null });
      return JSON.stringify({ ...JSON.parse(body), cursor: 'next' });
    });
    expect(discrepancies).toMatchObject([{ code: 'api.extra', listingId: invented }]);
  });

  it('says at once that an API is behind, with both blocks, and compares what both know', async () => {
    const newest = Number(report.pin.blockNumber);
    const headAt =
      (indexedTo: number): Lie =>
      (body, path) =>
        path === '/ledger/head' ? JSON.stringify({ ...JSON.parse(body), indexedTo, verifiedTo: 0 }) : body;
    const far = await auditThrough(headAt(1));
    expect(far.code).toBe(2);
    expect(far.stderr).toMatch(new RegExp(`index is at block 1, .* up to block ${newest}`));
    const near = await compareThrough(headAt(newest - 1));
    expect(near.discrepancies).toEqual([]);
    for (const { code, detail } of near.unverifiable) {
      expect(code).toBe('api.behind');
      expect(detail).toContain(`block ${newest - 1}`);
    }
  });

  it('leaves out what changed after the audited block', async () => {
    const { bookingId } = scenario.open;
    const { events, ...figures } = report;
    const before = { ...structuredClone(figures), events };
    const account = before.book.bookings.get(bookingId)!;
    account.booking.money.cap += 1n;
    const found = await compareWithApi(before, source());
    expect(found.discrepancies).toMatchObject([{ code: 'api.mismatch', bookingId }]);
    const bookedIn = BigInt(account.booked.blockNumber);
    const earlier = { ...before, pin: { ...before.pin, blockNumber: bookedIn - 1n } };
    expect((await compareWithApi(earlier, source())).discrepancies).toEqual([]);
  });

  it('ends with 2 when the API serves another market, does not answer, or answers with no JSON', async () => {
    const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
    const other = await deployTestMarket(anvil.url);
    const otherMarket = await audit(server.url, other.market);
    await rpc(anvil.url, 'evm_revert', [snapshot]);
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
