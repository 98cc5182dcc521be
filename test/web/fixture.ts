import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { ConfigResponse } from '../../protocol/api.ts';
import { ensureBasemapBuilt } from '../../scripts/lib/basemap-build.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { ensureWebBuilt } from '../../scripts/lib/web-build.ts';
import { startControl } from '../../scripts/wallbox/control.ts';
import { type Scope, startAgent, startWallbox, testConfig } from '../meter-agent/support/start-agent.ts';
import { startLedger, startServer } from '../server/support.ts';
import { launchBrowser } from '../support/browser.ts';

/** A high power, so that a charge takes seconds. */
const POWER_W = 22_000;

/**
 * The whole product in one process: a ledger, the real API with the built page, the real agent, and a simulated wallbox
 * with two connectors, in real time.
 */
export async function startFixture(scope: Scope, env: Record<string, string> = {}, powerW = POWER_W) {
  const builds = Promise.all([ensureWebBuilt(), ensureBasemapBuilt()]);
  // Its end is registered before the page is waited for, which may not build.
  const starting = startLedger().then((started) => {
    scope.onEnd(() => started.stop());
    return started;
  });
  const [ledger, [webDir, basemapDir]] = await Promise.all([starting, builds]);
  const { market } = ledger;
  const wallboxesFile = join(scope.dir(), 'wallboxes.json');
  const server = await startServer(market, {
    WEB_DIR: webDir,
    BASEMAP_DIR: basemapDir,
    LOCAL_WALLBOXES_FILE: wallboxesFile,
    ...env,
  });
  scope.onEnd(() => server.stop());
  const connector = { maxPowerW: powerW };
  const config = testConfig({
    ...{ rpcUrl: market.rpcUrl, market: market.market, deployBlock: market.deployBlock },
    dataDir: scope.dir(),
    apiUrl: server.url,
    chargePoints: { CP1: { connectors: { '1': connector, '2': connector } } } as never,
  });
  const { agent, port } = await startAgent(scope, config);
  const box = await startWallbox(scope, port, { 'power-w': String(powerW), connectors: '2' });
  const control = await startControl(box, 0);
  scope.onEnd(() => void control.server.close());
  const controlUrl = `http://127.0.0.1:${control.port}`;
  writeFileSync(wallboxesFile, JSON.stringify([{ chargePointId: 'CP1', controlUrl }]));
  const offers = () => agent.pairing.offers(agent.ledger.listedIds());
  await waitFor('the API to know the codes of both connectors', async () => {
    const config = (await (await fetch(`${server.api}/config`)).json()) as ConfigResponse;
    return config.local?.pairingCodes.length === 2;
  });
  return { ledger, server, agent, box, offers };
}

/** A page in a new browser, with the errors that it reports. */
export async function openPage(scope: Scope, url: string): Promise<{ page: Page; complaints: string[] }> {
  const browser = await launchBrowser();
  scope.onEnd(() => browser.close());
  const page = await browser.newPage({
    viewport: { width: 1_280, height: 800 },
    reducedMotion: 'reduce',
    // What answers without a network has its own tests; here it would read every part of the page.
    serviceWorkers: 'block',
  });
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  // The map has its own tests; drawn in software it would take most of the time.
  await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
  await page.goto(url);
  return { page, complaints };
}
