import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBasemapBuilt } from '../../lib/basemap-build.ts';
import { rpc } from '../../lib/json-rpc.ts';
import { waitFor } from '../../lib/wait.ts';
import { ensureWebBuilt } from '../../lib/web-build.ts';
import { type Bench, type Figures, median, rounded } from '../figures.ts';
import { blockOfListings, type History, historyOf, openListings } from '../generated/history.ts';
import { type Ledger, serveLedger } from '../generated/start.ts';
import { startServer } from '../index/back-fill.ts';
import { undoneMs } from '../index/undone.ts';
import { indexedTo, type Measured, printed, served } from '../measured.ts';
import { startBenchPostgres } from '../own-postgres.ts';
import { browse } from './browser.ts';
import { changeDelaysMs } from './change.ts';
import type { LoadFigures, LoadOptions } from './load.ts';
import { chooseRequests, type Requests } from './requests.ts';
import { shownIn } from './tile-count.ts';

/** What is measured where it is asked for. */
export interface MapParts {
  /** The map in a browser, at the last stage. */
  isInBrowser?: boolean;
  /** Loads and growth on PostgreSQL, at the stages up to `POSTGRES_MOST` listings. */
  isOnPostgres?: boolean;
}

export interface MapBenchOptions extends MapParts {
  seed: number;
  /** Listings at which it is measured, rising. */
  stages: readonly number[];
  bookings: number;
  eventsPerBlock: number;
  /** Different boxes, tiles and quotes. */
  different: number;
  load: Pick<LoadOptions, 'perSecond' | 'seconds' | 'clients' | 'busySeconds'>;
  changes: number;
  undoneBlocks: number;
}

export const MAP_DEFAULTS: MapBenchOptions = {
  seed: 13,
  stages: [10_000, 100_000, 1_000_000],
  bookings: 50_000,
  eventsPerBlock: 50,
  different: 200,
  load: { perSecond: 100, seconds: 10, clients: 4, busySeconds: 3 },
  changes: 50,
  undoneBlocks: 11,
};

/** For a look whether all of it runs. */
export const MAP_QUICK: MapBenchOptions = {
  ...MAP_DEFAULTS,
  stages: [200, 1_000],
  bookings: 300,
  different: 10,
  load: { perSecond: 20, seconds: 1, clients: 2, busySeconds: 0.2 },
  changes: 3,
  undoneBlocks: 3,
};

const FILL_TIMEOUT_MS = 3_600_000;
/** The map follows the index: each change has to reach all zooms. */
const SETTLE_TIMEOUT_MS = 1_800_000;
const WORLD = { z: 0, x: 0, y: 0 };
/** Cold tiles for the busy clients, as many as they may get done. */
const BUSY_PER_SECOND = 500;

/** More would take half an hour. */
const POSTGRES_MOST = 100_000;

interface Run {
  options: MapBenchOptions;
  ledger: Ledger;
  history: History;
  databaseFile: string;
  /** Of the server. */
  env: Record<string, string>;
}

/** With the server's processor time for one request, which other programs hardly change. */
type Load = Omit<LoadFigures, 'requests'> & { cpuMs: number };

type Loads = Record<keyof Requests, Load>;

const start = ({ ledger, env }: Run): Promise<Measured> => startServer(ledger, env);

const loaded = (port: number, paths: string[], load: MapBenchOptions['load']): Promise<LoadFigures> =>
  printed('scripts/bench/map/load.ts', [], { port, paths, ...load } satisfies LoadOptions);

/** Brings the server to this block, and waits until its map shows all that is open then. */
async function settle({ ledger, history }: Run, server: Measured, block: number): Promise<void> {
  await rpc(ledger.url, 'bench_setHead', [block]);
  await indexedTo(server, block, FILL_TIMEOUT_MS);
  const open = openListings(history, block).size;
  const isShown = async () => (await shownIn(server.port, WORLD)) === open;
  await waitFor(`${open} chargers on the map`, isShown, { timeoutMs: SETTLE_TIMEOUT_MS, pollMs: 200 });
}

async function measured(
  server: Pick<Measured, 'port' | 'usage'>,
  paths: string[],
  load: MapBenchOptions['load'],
): Promise<Load> {
  const before = await server.usage();
  const { requests, ...figures } = await loaded(server.port, paths, load);
  const after = await server.usage();
  return { ...figures, cpuMs: rounded((after.cpuMs - before.cpuMs) / requests, 3) };
}

async function measureLoads({ options }: Run, server: Measured, listings: number) {
  const { seed, different, load } = options;
  const coldTiles = Math.ceil(load.perSecond * load.seconds + BUSY_PER_SECOND * load.busySeconds);
  const requests = await chooseRequests(server.port, { seed, listings, different, coldTiles });
  const of = (paths: string[]) => measured(server, paths, load);
  await loaded(server.port, requests.tileWarm, {
    ...load,
    seconds: different / load.perSecond,
    busySeconds: 0,
  });
  const loads: Loads = {
    tileCold: await of(requests.tileCold),
    tileWarm: await of(requests.tileWarm),
    box: await of(requests.box),
    quote: await of(requests.quote),
  };
  return { requests, loads };
}

/** The same bytes for the same paths by a route that does nothing else. */
async function measureFloor({ options }: Run, server: Measured, requests: Requests) {
  const { box, tileWarm, quote } = requests;
  const input = { port: server.port, paths: [...box, ...tileWarm, ...quote] };
  const floor = await served('scripts/bench/map/floor-server.ts', [], input);
  try {
    const of = (paths: string[]) => measured(floor, paths, options.load);
    const [boxes, tiles, quotes] = [await of(box), await of(tileWarm), await of(quote)];
    return {
      ...{ boxP99Ms: boxes.p99Ms, tileP99Ms: tiles.p99Ms, quoteP99Ms: quotes.p99Ms },
      ...{ boxCpuMs: boxes.cpuMs, tileCpuMs: tiles.cpuMs, quoteCpuMs: quotes.cpuMs },
    };
  } finally {
    await floor.end();
  }
}

/** From the program's start until it says that it is ready and gives a tile. */
async function measureReady(run: Run): Promise<{ seconds: number; rssMb: number }> {
  const began = performance.now();
  const server = await start(run);
  try {
    const isReady = async () => (await fetch(`http://127.0.0.1:${server.port}/healthz`)).ok;
    await waitFor('the server to be ready', isReady, { pollMs: 10 });
    await shownIn(server.port, WORLD);
    const seconds = rounded((performance.now() - began) / 1_000);
    return { seconds, rssMb: (await server.usage()).rssMb };
  } finally {
    await server.stop();
  }
}

/** Open listings from all over the history. */
function changing({ history, options }: Run, block: number): number[] {
  const open = [...openListings(history, block)];
  const step = Math.max(1, Math.floor(open.length / options.changes));
  return open.filter((_listing, at) => at % step === 0).slice(0, options.changes);
}

async function measureStage(run: Run, listings: number, isLast: boolean) {
  const { options, history } = run;
  const block = isLast ? history.lastBlock : blockOfListings(history, listings);
  const server = await start(run);
  try {
    await settle(run, server, block);
    const { requests, loads } = await measureLoads(run, server, listings);
    const floor = isLast ? await measureFloor(run, server, requests) : undefined;
    const changesMs = isLast
      ? await changeDelaysMs(
          { ledgerUrl: run.ledger.url, port: server.port, seed: options.seed },
          changing(run, block),
        )
      : [];
    const browser =
      isLast && options.isInBrowser ? await browse(`http://127.0.0.1:${server.port}`) : undefined;
    const { peakMb } = await server.usage();
    const complaints = [...server.complaints, ...(browser?.complaints ?? [])];
    return { loads, floor, changesMs, peakMb, complaints, browser: browser?.figures };
  } finally {
    await server.stop();
  }
}

const growthOf = (listings: number, { box, tileCold, tileWarm, quote }: Loads): Figures => ({
  listings,
  boxP50Ms: box.p50Ms,
  boxP99Ms: box.p99Ms,
  boxCpuMs: box.cpuMs,
  tileWarmP50Ms: tileWarm.p50Ms,
  tileColdP50Ms: tileCold.p50Ms,
  tileColdP99Ms: tileCold.p99Ms,
  tileColdCpuMs: tileCold.cpuMs,
  quoteP50Ms: quote.p50Ms,
  quoteP99Ms: quote.p99Ms,
  quoteCpuMs: quote.cpuMs,
});

/** The same requests on PostgreSQL, at each stage that is not too large. The database's own processor time is left out. */
async function measurePostgres(run: Run): Promise<Figures[]> {
  const database = await startBenchPostgres();
  try {
    const env = { DATABASE_URL: await database.create('map'), TRUST_PROXY_HOPS: '1' };
    const stages = run.options.stages.filter((listings) => listings <= POSTGRES_MOST);
    const growth: Figures[] = [];
    for (const listings of stages) {
      const { loads } = await measureStage({ ...run, env }, listings, false);
      growth.push(growthOf(listings, loads));
    }
    return growth;
  } finally {
    await database.stop();
  }
}

async function measureAll(run: Run): Promise<Bench> {
  const { stages, undoneBlocks } = run.options;
  const growth: Figures[] = [];
  const notes: string[] = [];
  let ready = { seconds: 0, rssMb: 0 };
  for (const [at, listings] of stages.entries()) {
    const isLast = at === stages.length - 1;
    const stage = await measureStage(run, listings, isLast);
    const { loads, floor, changesMs, peakMb, complaints, browser } = stage;
    notes.push(`${listings} listings: at most ${peakMb} MB while they were indexed and asked for`);
    notes.push(...complaints.map((line) => `logged: ${line}`));
    if (isLast) ready = await measureReady(run);
    const reorgMs = rounded(median(await undoneMs(run.databaseFile, undoneBlocks)));
    growth.push({ ...growthOf(listings, loads), reorgMs });
    if (floor === undefined) continue;
    const { box, tileWarm, tileCold, quote } = loads;
    const change = { p50Ms: Math.round(median(changesMs)), p99Ms: Math.round(Math.max(...changesMs)) };
    const figures: Figures = { listings, box, tileWarm, tileCold, quote, ready, change, growth, floor };
    if (browser !== undefined) figures.browser = browser;
    if (run.options.isOnPostgres) figures.postgres = await measurePostgres(run);
    return { figures, notes };
  }
  throw new Error('There is no stage to measure.');
}

/** Where the server finds the page and the basemap, which a browser needs. */
async function pageOf({ isInBrowser }: MapParts): Promise<Record<string, string>> {
  if (!isInBrowser) return {};
  const [WEB_DIR, BASEMAP_DIR] = await Promise.all([ensureWebBuilt(), ensureBasemapBuilt()]);
  return { WEB_DIR, BASEMAP_DIR };
}

/** The map over a generated ledger, by requests through HTTP as browsers send them. */
export async function benchMap(options: MapBenchOptions): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-map-'));
  const { seed, bookings, eventsPerBlock, stages } = options;
  const listings = Math.max(...stages);
  const ledger = await serveLedger({ seed, listings, bookings, eventsPerBlock, keyedListings: 0 });
  try {
    const history = historyOf(ledger.history);
    const databaseFile = join(folder, 'map.sqlite');
    const env = { DATABASE_FILE: databaseFile, TRUST_PROXY_HOPS: '1', ...(await pageOf(options)) };
    return await measureAll({ options, ledger, history, databaseFile, env });
  } finally {
    await ledger.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
