import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWithApi } from '../../audit/api/compare-api.ts';
import { audit as auditCommand } from '../../audit/command.ts';
import document from '../../protocol/api/openapi.json' with { type: 'json' };
import { ROOT } from '../../scripts/lib/paths.ts';
import { waitFor } from '../server/support.ts';
import { rpc } from '../support/anvil.ts';
import { deployTestMarket } from '../support/market.ts';
import { NOBODY_URL } from '../support/stable-port.ts';
import { changed, isOfTheLedger, leavesOf, readAnswer, withValue } from './api/answer-values.ts';
import { type AuditedApi, startAuditedApi } from './api/audited-api.ts';
import type { Lie } from './api/lying-api.ts';
import type { ListedCharger } from './api/more-chargers.ts';
import { LIES, quotedIn, rowListsOf, withRows } from './api/rows.ts';
import { lastJson, runHere } from './run-script.ts';

const NOTHING = { discrepancies: [], unverifiable: [] };

/** Of the OpenAPI document. */
interface Path {
  get?: { security?: unknown };
}

describe('npm run audit -- --api', () => {
  let audited: AuditedApi;
  let { anvil, scenario, server, api, report, chargers, hears } = {} as AuditedApi;

  beforeAll(async () => {
    audited = await startAuditedApi();
    ({ anvil, scenario, server, api, report, chargers, hears } = audited);
  });
  afterAll(() => audited?.stop());

  const audit = (origin: string, market = scenario.market.market) =>
    runHere(auditCommand, ['--rpc', anvil.url, '--market', market, '--api', origin, '--json']);

  const source = (seed = 20_261_201) => ({
    ...{ apiUrl: api.origin, rpcUrl: anvil.url, market: scenario.market.market },
    ...{ mapFollowsMs: 0, seed },
  });

  /** What an honest API answers to one sample: nothing differs. */
  async function honestAnswers(seed?: number) {
    api.answers.clear();
    expect(await compareWithApi(report, source(seed))).toMatchObject(NOTHING);
    return [...api.answers];
  }

  const compareThrough = (lie: Lie) => api.through(lie, () => compareWithApi(report, source()));
  const auditThrough = (lie: Lie) => api.through(lie, () => audit(api.origin));

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

  it('asks for every public answer of the server, or says which one the ledger does not decide', async () => {
    const asked = (await honestAnswers()).map(([path]) => path.replace(/[?#].*/, ''));
    const isAsked = (path: string) => {
      const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      return asked.some((one) => pattern.test(one));
    };
    const isPublicGet = ([, { get }]: [string, Path]) => get !== undefined && get.security === undefined;
    const publicGets = Object.entries(document.paths as unknown as Record<string, Path>)
      .filter(isPublicGet)
      .map(([path]) => path.replace('/api/v1', ''));
    const page = await readFile(join(ROOT, 'docs', 'audit.md'), 'utf8');
    const excused = [...page.matchAll(/`GET (\S+)`/g)].map(([, path]) => path!);
    expect(excused.toSorted()).toEqual(publicGets.filter((path) => !isAsked(path)).toSorted());
  });

  it('names each single change of a value that the ledger decides', async () => {
    const fields = (await honestAnswers()).flatMap(([path, { status, body }]) =>
      status !== 200 || body === ''
        ? []
        : leavesOf(readAnswer(path, body))
            .filter((leaf) => isOfTheLedger(path, leaf.path))
            .map((leaf) => ({ ...leaf, of: path })),
    );
    expect(fields.length).toBeGreaterThan(1_500);
    const numRuns = process.env.PLUGPACT_DEEP === undefined ? 40 : 2_000;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), fc.nat(), async ({ of, path, value }, random) => {
        const lie: Lie = (body, asked) =>
          asked === of ? withValue(of, body, path, changed(value, random)) : body;
        const named = await compareThrough(lie).then(
          ({ discrepancies, unverifiable }) => [...discrepancies, ...unverifiable].map(({ code }) => code),
          (error: { code?: string }) => [String(error.code)],
        );
        expect(named.length, `${of} ${path.join('.')}`).toBeGreaterThan(0);
        for (const code of named) expect(code).toMatch(/^(api|audit)\./);
      }),
      { numRuns },
    );
  }, 900_000);

  it('names a row that a list, a search, a tile or statistics lack, have twice, or that only the API has', async () => {
    const lists = (await honestAnswers()).flatMap(([path, { status, body }]) =>
      status !== 200 || body === '' || path.startsWith('/tiles/foreign') ? [] : rowListsOf(path, body),
    );
    const kinds = new Set(lists.map(({ of, field }) => `${of.split(/[?#\d]/)[0]} ${field}`));
    expect([...kinds].toSorted()).toEqual([
      ...['/chargers chargers', '/chargers features', '/ocpi/ data', '/quotes quotes', '/statistics daily'],
      '/tiles/chargers/ chargers',
    ]);
    const lies = fc.constantFrom(...Object.entries(LIES));
    const numRuns = process.env.PLUGPACT_DEEP === undefined ? 25 : 1_000;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), lies, fc.nat(), async (list, [name, lie], random) => {
        const { discrepancies } = await compareThrough((body, asked) =>
          asked === list.of ? withRows(list, body, (rows) => lie(rows, random % list.count)) : body,
        );
        expect(discrepancies.length, `${list.of} ${name}`).toBeGreaterThan(0);
        for (const { code } of discrepancies) expect(code).toMatch(/^api\.(missing|extra|mismatch)$/);
      }),
      { numRuns },
    );
  }, 900_000);

  it('names a booking that the API lacks', async () => {
    const { bookingId } = scenario.settled;
    const { discrepancies } = await compareThrough((body, path) =>
      path === `/bookings/${bookingId}` ? JSON.stringify({}) : body,
    );
    expect(discrepancies[0]).toMatchObject({ code: 'api.mismatch', bookingId });
  });

  it('names rows of a page behind the first one', async () => {
    const invented: Hex = `0x${'cd'.repeat(32)}`;
    const { discrepancies } = await compareThrough((body, path) => {
      if (!path.startsWith('/chargers?bbox=-180,-90')) return body;
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

  it('leaves open whether a sum is right that differs while the ledger changes', async () => {
    const fresh = { ...source(), apiUrl: server.url };
    const [, first] = report.events().filter(({ eventName }) => eventName === 'ListingPublished');
    const blockNumber = BigInt(first!.blockNumber) - 1n;
    const before = { ...report, pin: { ...report.pin, blockNumber } };
    expect(await compareWithApi(before, fresh)).toMatchObject(NOTHING);
    before.book = { ...report.book, listings: new Map([...report.book.listings].slice(1)) };
    const { discrepancies, unverifiable } = await compareWithApi(before, fresh);
    expect(new Set(discrepancies.map(({ code }) => code))).toEqual(new Set(['api.extra']));
    expect(unverifiable.map(({ code }) => code)).toContain('api.moving');
    const still = await compareWithApi({ ...before, pin: report.pin }, fresh);
    expect(still.discrepancies).toContainEqual(
      expect.objectContaining({ expected: expect.stringContaining('statistics chargers') }),
    );
    expect(still.unverifiable).toEqual([]);
  });

  it('takes no location of another operator for a charger of the market, and names one that does not say so', async () => {
    const world = '/tiles/foreign/0/0/0.mvt';
    await honestAnswers();
    const { foreign } = readAnswer(world, api.answers.get(world)!.body) as { foreign: unknown[] };
    expect(foreign.length).toBeGreaterThan(0);
    const unmarked = await compareThrough((body, path) =>
      path === world ? withValue(world, body, ['foreign', '0', 'properties', 'isForeign'], false) : body,
    );
    expect(unmarked.discrepancies).toMatchObject([
      { code: 'api.extra', expected: expect.stringContaining(world) },
    ]);
    const taken = await compareThrough((body, path) =>
      path === '/tiles/chargers/0/0/0.mvt' ? api.answers.get(world)!.body : body,
    );
    expect(taken.discrepancies.map(({ code }) => code)).toContain('api.extra');
  });

  it('names a rating of no session of the charger, by another account, too early, or given twice', async () => {
    const { bookingId, booking } = scenario.settled;
    const { at } = report.book.bookings.get(bookingId)!.end!.stamp;
    const rating = { bookingId, driver: booking.driver, ratedAt: at };
    const codesOf = async (...ratings: object[]) => {
      const lie: Lie = (body, path) =>
        path.startsWith(`/chargers/${booking.listingId}/ratings`)
          ? JSON.stringify({ ratings, cursor: null })
          : body;
      return (await compareThrough(lie)).discrepancies.map(({ code }) => code);
    };
    expect(await codesOf(rating)).toEqual([]);
    expect(await codesOf(rating, rating)).toEqual(['api.extra']);
    expect(await codesOf({ ...rating, bookingId: scenario.open.bookingId })).toEqual(['api.extra']);
    expect(await codesOf({ ...rating, driver: scenario.agent.address })).toEqual(['api.mismatch']);
    expect(await codesOf({ ...rating, ratedAt: at - 1 })).toEqual(['api.mismatch']);
  });

  it('names an amount in the words of a tariff, and a tile that is none', async () => {
    const inTariffs = (from: RegExp | string, to: string) =>
      compareThrough((body, path) =>
        path.startsWith('/ocpi/2.2.1/tariffs') ? body.replace(from, to) : body,
      );
    const { listingId } = chargers.fast;
    const words = await inTariffs('0.490001 per kWh', '0.590001 per kWh');
    expect(words.discrepancies).toMatchObject([
      { code: 'api.mismatch', listingId, found: expect.stringContaining('0.590001') },
    ]);
    const repeated = await inTariffs(/Paid in \w+\. The/, '$& price is 0.25 per kWh. The');
    const unnamed = await inTariffs(/Paid in \w+\./, 'Paid in coins.');
    for (const { discrepancies } of [repeated, unnamed])
      expect(discrepancies).toMatchObject([
        { code: 'api.mismatch', expected: expect.stringContaining('tariff_alt_text with ') },
      ]);
    const tile = await compareThrough((body, path) =>
      path === '/tiles/chargers/0/0/0.mvt' ? 'hello' : body,
    );
    expect(tile.discrepancies).toMatchObject([
      {
        code: 'api.mismatch',
        expected: expect.stringContaining('/tiles/chargers/0/0/0.mvt as a vector tile'),
      },
    ]);
  });

  it('cannot verify that no quote names a charger whose agent says that it belongs to another host', async () => {
    const { fast: _, ...others } = chargers;
    let charger: ListedCharger | undefined;
    let seed = 0;
    while (charger === undefined) {
      seed += 1;
      const answers = await honestAnswers(seed);
      const quoted = new Set(answers.flatMap(([path, { body }]) => quotedIn(path, body)));
      charger = Object.values(others).find(({ listingId }) => quoted.has(listingId));
    }
    const peer = await hears(charger, scenario.agent.address);
    const fresh = { ...source(seed), apiUrl: server.url };
    await waitFor('quotes without the charger', async () => {
      const { unverifiable } = await compareWithApi(report, fresh);
      return unverifiable.length > 0;
    });
    const { discrepancies, unverifiable } = await compareWithApi(report, { ...fresh, mapFollowsMs: 20_000 });
    expect(discrepancies).toEqual([]);
    expect(unverifiable).toMatchObject([{ code: 'api.quote', listingId: charger.listingId }]);
    await peer.stop();
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
