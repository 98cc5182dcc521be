import type { Browser } from 'playwright-core';
import type { Hex } from 'viem';
import { ApiClient } from '../../client/api-client.ts';
import { rpc } from '../../lib/anvil.ts';
import { launchBrowser } from '../../lib/browser.ts';
import { startLocalProduct } from '../../lib/local-product.ts';
import { type Bench, median, rounded } from '../figures.ts';
import { type Violation, violationsOn } from './accessibility.ts';
import { closedMinutesOf } from './closed-minutes.ts';
import { DriverStory } from './driver-story.ts';
import { longestInteraction, measureOpening, newPage, type Opening } from './measures.ts';

const ROUNDS = 3;
/** West, south, east, north in degrees. */
const WORLD = '-180,-90,180,90';
/** The smallest that the same server shows. */
const FLOOR_PATH = '/api/v1/config';

const medianOf = (openings: readonly Opening[], name: keyof Opening): number =>
  median(openings.map((one) => one[name]));

async function repeated(open: () => Promise<Opening>): Promise<Opening[]> {
  const openings: Opening[] = [];
  for (let round = 0; round < ROUNDS; round++) openings.push(await open());
  return openings;
}

/** The driver's page of `npm start`, in a real Chromium. */
export async function benchWeb(): Promise<Bench> {
  const product = await startLocalProduct({ hasTown: false });
  try {
    const browser = await launchBrowser();
    try {
      return await measureAll(browser, product.address);
    } finally {
      await browser.close();
    }
  } finally {
    await product.end();
  }
}

async function measureAll(browser: Browser, address: string): Promise<Bench> {
  await measureOpening(browser, address, {});
  const slowCpu = await repeated(() => measureOpening(browser, address, { isSlowCpu: true }));
  const slowNet = await repeated(() => measureOpening(browser, address, { isSlowNetwork: true }));
  const floorCpu = await repeated(() =>
    measureOpening(browser, address + FLOOR_PATH, { isSlowCpu: true }, 'body'),
  );
  const floorNet = await repeated(() =>
    measureOpening(browser, address + FLOOR_PATH, { isSlowNetwork: true }, 'body'),
  );
  const longestInteractionMs = await longestInteraction(browser, address);
  const story = await tellStory(browser, address);
  const figures = {
    initialJsKb: rounded(medianOf(slowCpu, 'jsKb'), 1),
    wireKb: rounded(medianOf(slowCpu, 'wireKb'), 1),
    slow3gFirstPaintMs: Math.round(medianOf(slowNet, 'fcpMs')),
    slow3gListMs: Math.round(medianOf(slowNet, 'listMs')),
    fcpMs: Math.round(medianOf(slowCpu, 'fcpMs')),
    lcpMs: Math.round(medianOf(slowCpu, 'lcpMs')),
    cls: rounded(medianOf(slowCpu, 'cls'), 4),
    longestInteractionMs: Math.round(longestInteractionMs),
    axeViolations: story.violations.length,
    taps: story.taps,
    prompts: story.prompts,
    wei: story.wei,
    closedMinutes: story.closedMinutes,
  };
  const floor = {
    fcp: Math.round(medianOf(floorCpu, 'fcpMs')),
    slow: Math.round(medianOf(floorNet, 'fcpMs')),
  };
  return { figures, notes: notesOf(floor, story.violations) };
}

function notesOf(floor: { fcp: number; slow: number }, violations: readonly string[]): string[] {
  return [
    `floor: a document of the same server without anything: FCP ${floor.fcp} ms (4x slower), ${floor.slow} ms (slow 3G)`,
    'kB are 1,000 bytes on the wire, until the list is shown, without map and service worker;',
    'fcp, lcp and cls with a processor slowed down four times; slow 3G is 400 kbit/s and 400 ms; medians of three.',
    'taps and prompts: passkey and money at hand, from opening the page until energy flows; wei: of the account.',
    'closedMinutes: how long the allowance that the device has signed carries on at 11 kW with the page closed.',
    ...violations.map((one) => `axe: ${one}`),
  ];
}

/** A phone with a passkey: account, money, booking, charge, receipt; axe looks at each view. */
async function tellStory(browser: Browser, address: string) {
  const { context, page } = await newPage(browser);
  const violations: string[] = [];
  const note = (view: string, found: readonly Violation[]) =>
    violations.push(...found.map(({ rule, nodes }) => `${view}: ${rule} at ${nodes.join(' | ')}`));
  const story = new DriverStory(page, address, async (view) => void note(view, await violationsOn(page)));
  const api = new ApiClient(address.replace('localhost', '127.0.0.1'));
  const { chargers } = await api.call('listChargers', { query: { bbox: WORLD } });
  const listingId = chargers[0]?.listingId as Hex;
  await story.addAuthenticator();
  await story.createAccount();
  await story.fund();
  const counted = await story.bookAndCharge(listingId);
  const closedMinutes = await closedMinutesOf(page, api, listingId);
  await story.stop();
  for (const view of ['bookings', 'host', 'audit', 'watch', 'history']) {
    await page.goto(`${address}/?${view}#/${view}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    note(view, await violationsOn(page));
  }
  const { rpcUrl } = await api.call('getConfig');
  const wei = Number(await rpc<string>(rpcUrl, 'eth_getBalance', [await story.account, 'latest']));
  await context.close();
  return { ...counted, violations, closedMinutes, wei };
}
