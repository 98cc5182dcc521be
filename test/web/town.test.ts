import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShownCharge } from '../../protocol/api.ts';
import { ApiClient } from '../../scripts/client/api-client.ts';
import { ensureBasemapBuilt } from '../../scripts/lib/basemap-build.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { ensureWebBuilt } from '../../scripts/lib/web-build.ts';
import { firstFreeHome } from '../../scripts/start/town/free-home.ts';
import { chargeOnce } from '../../scripts/start/town/guest.ts';
import { CHARGED_AT, HOMES, SHOWN_AT } from '../../scripts/start/town/homes.ts';
import { serveShownCharges } from '../../scripts/start/town/serve-shown-charges.ts';
import { ShownCharges } from '../../scripts/start/town/shown-charge.ts';
import { Town } from '../../scripts/start/town/town.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { startLedger, startServer } from '../server/support.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import { openPage } from './fixture.ts';

const WORLD = '-180,-90,180,90';
/** A second at the wallbox in place of thirty. */
const CHARGE_SEC = 1;
const LONG = { timeoutMs: 60_000, pollMs: 200 };

/** The state of each home on the map, by its wallbox. */
async function statesOf(town: Town): Promise<Record<string, string>> {
  const { chargers } = await town.api.call('listChargers', { query: { bbox: WORLD } });
  const stateOf = (id: string) =>
    chargers.find(({ listingId }) => listingId === town.listingIdOf(id))?.status ?? 'NOT LISTED';
  return Object.fromEntries(HOMES.map(({ chargePointId }) => [chargePointId, stateOf(chargePointId)]));
}

describe('the town of npm start', { timeout: 180_000 }, () => {
  const scope = new Scope();
  let town: Town;
  let origin: string;
  let controlUrl: string;

  beforeAll(async () => {
    const builds = Promise.all([ensureWebBuilt(), ensureBasemapBuilt()]);
    const starting = startLedger().then((started) => {
      scope.onEnd(() => started.stop());
      return started;
    });
    const [{ market }, [webDir, basemapDir]] = await Promise.all([starting, builds]);
    const folder = scope.dir();
    const wallboxesFile = join(folder, 'wallboxes.json');
    writeFileSync(wallboxesFile, '[]');
    const env = { WEB_DIR: webDir, BASEMAP_DIR: basemapDir, LOCAL_WALLBOXES_FILE: wallboxesFile };
    const server = await startServer(market, env);
    scope.onEnd(() => server.stop());
    origin = server.url;
    await waitFor('the server to know its ledger', () => new ApiClient(origin).call('getConfig'));
    const { rpcUrl, deployBlock } = market;
    const options = { dataDir: join(folder, 'town'), origin, rpcUrl, deployBlock, wallboxesFile };
    town = await Town.start({ ...options, market: market.market });
    scope.onEnd(() => town.end());
    const port = await serveShownCharges(new ShownCharges(town, CHARGE_SEC), join(folder, 'town.json'));
    controlUrl = `http://127.0.0.1:${port}`;
    await town.moveIn();
    await untilSlotHasTime();
  }, 240_000);
  afterAll(() => scope.end());

  it('has nine homes on the map, each in its own state and at its own price', async () => {
    const odd = { 'HOME-4': 'BLOCKED', 'HOME-5': 'OUTOFORDER', 'HOME-8': 'UNKNOWN' };
    const areSettled = async () => {
      const states = await statesOf(town);
      return Object.entries(odd).every(([id, state]) => states[id] === state) && states;
    };
    const states = await waitFor('the homes to settle down', areSettled, LONG);
    const free = HOMES.filter(({ condition }) => condition === 'FREE').map(
      ({ chargePointId }) => chargePointId,
    );
    for (const id of free) expect(states[id], id).toBe('AVAILABLE');
    const { chargers } = await town.api.call('listChargers', { query: { bbox: WORLD } });
    expect(new Set(chargers.map(({ pricePerKwh }) => pricePerKwh)).size).toBe(HOMES.length);
    // What is listed once is not listed again when the town comes back.
    await town.moveIn();
    expect((await town.api.call('listChargers', { query: { bbox: WORLD } })).chargers).toHaveLength(
      HOMES.length,
    );
  });

  it('shows a whole charge on the page, to the last unit, while a guest charges elsewhere', async () => {
    expect(await firstFreeHome(town, CHARGED_AT)).toBe(CHARGED_AT[0]);
    const read = () => town.api.call('readShownCharge');
    expect(await read()).toBeNull();
    const guest = chargeOnce(town, 1);
    const { page, complaints } = await openPage(scope, `${origin}/#/watch`);
    await page.getByRole('button', { name: 'Watch a charge' }).click();
    const first = await waitFor('a charge to begin', async () => (await read()) ?? undefined);
    expect(first.listingId).toBe(town.listingIdOf(SHOWN_AT[0]!));
    // One at a time.
    expect((await town.api.call('beginShownCharge', { body: {} })).id).toBe(first.id);
    await page.getByText('Done: everybody has what is theirs', { exact: false }).waitFor();
    const done = (await read()) as ShownCharge;
    const amountOf = (code: string) => BigInt(done.steps.find((step) => step.code === code)?.amount ?? -1);
    expect(amountOf('PAID') + amountOf('REFUNDED')).toBe(amountOf('LOCKED'));
    expect(amountOf('PAID')).toBeGreaterThan(0n);
    for (const side of ['Driver', "Host's wallbox", 'Ledger']) {
      const steps = page.getByRole('region', { name: side }).locator('[data-step]');
      expect(await steps.count(), side).toBeGreaterThan(2);
    }
    expect(await page.locator('[data-step]').count()).toBe(done.steps.length);
    expect(complaints).toEqual([]);
    await guest;
    const params = { listingId: town.listingIdOf(CHARGED_AT[0]!) };
    expect((await town.api.call('getCharger', { params })).record.completedSessions).toBe(1);
  });

  it('sends the next ones where the slot is free, as after a new start within the quarter of an hour', async () => {
    expect(await firstFreeHome(town, CHARGED_AT)).toBe(CHARGED_AT[1]);
    expect(await firstFreeHome(town, SHOWN_AT)).toBe(SHOWN_AT[1]);
    expect(await firstFreeHome(town, ['HOME-4', 'HOME-5', 'HOME-8'])).toBeUndefined();
  });

  it('is commanded by the server, and by no page', async () => {
    expect((await fetch(controlUrl)).status).toBe(200);
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'none' }]) {
      expect((await fetch(controlUrl, { method: 'POST', headers: headers as never })).status).toBe(403);
    }
  });
});
