import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rpc } from '../../lib/json-rpc.ts';
import { type Bench, type Figures, rounded } from '../figures.ts';
import type { HistoryOptions } from '../generated/history.ts';
import { identityOf } from '../generated/listings.ts';
import { type Ledger, serveLedger } from '../generated/start.ts';
import { startServer } from '../index/back-fill.ts';
import type { LoadFigures, LoadOptions } from '../map/load.ts';
import { indexedTo, type Measured, measured, printed, served } from '../measured.ts';
import type { AttackOptions } from './attack.ts';
import type { BeatsFigures, BeatsOptions } from './beats.ts';
import { benchRelay } from './relay.ts';

export interface ApiBenchOptions {
  seed: number;
  listings: number;
  bookings: number;
  eventsPerBlock: number;
  /** Clients that each send the next request when the last is answered, and for how long. */
  clients: number;
  busySeconds: number;
  /** How long the load at half the rate lasts. */
  seconds: number;
  agents: number;
  rounds: number;
  /** More than any server here handles. */
  beatsPerSecond: number;
  /** Requests of others beside the floods. */
  othersPerSecond: number;
  flood: Pick<AttackOptions, 'streams' | 'links'>;
  /** Signed bookings that are handed in at once, each twice. */
  relayed: number;
}

export const API_DEFAULTS: ApiBenchOptions = {
  ...{ seed: 14, listings: 2_000, bookings: 2_000, eventsPerBlock: 50 },
  ...{ clients: 8, busySeconds: 5, seconds: 10 },
  ...{ agents: 300, rounds: 20, beatsPerSecond: 6_000 },
  othersPerSecond: 50,
  flood: { streams: 1_100, links: 20 },
  relayed: 200,
};

/** For a look whether all of it runs. */
export const API_QUICK: ApiBenchOptions = {
  ...API_DEFAULTS,
  ...{ listings: 100, bookings: 100, clients: 2, busySeconds: 0.3, seconds: 1 },
  ...{ agents: 20, rounds: 4, flood: { streams: 120, links: 2 }, relayed: 6 },
};

const FILL_TIMEOUT_MS = 600_000;

interface Run {
  options: ApiBenchOptions;
  history: HistoryOptions;
  server: Measured;
  floor: Measured;
  path: string;
}

/** What one processor core does in a second, and the slowest answers at half of that. */
type Rate = { perSecond: number; floorPerSecond: number; ratio: number; p99Ms: number };

type Part = (run: Run) => Promise<Figures>;

/** The parts of the bench, in their order; each name is a figure's. */
const PARTS: Readonly<Record<string, Part>> = {
  listing: measureListing,
  heartbeat: measureHeartbeat,
  flood: measureFlood,
  relay: ({ options }) => benchRelay(options.relayed),
};

const load = ({ port }: Measured, path: string, change: Partial<LoadOptions>): Promise<LoadFigures> =>
  printed('scripts/bench/map/load.ts', [], {
    ...{ port, paths: [path], perSecond: 1, seconds: 0, clients: 0, busySeconds: 0, ...change },
  } satisfies LoadOptions);

/** By processor time: what others do on the machine, and how fast the client is, changes it little. */
async function ratePerSecond(server: Measured, act: () => Promise<number>): Promise<number> {
  const before = await server.usage();
  const count = await act();
  const { cpuMs } = await server.usage();
  return Math.round((1_000 * count) / (cpuMs - before.cpuMs));
}

const rateOf = (perSecond: number, floorPerSecond: number, p99Ms: number): Rate => ({
  ...{ perSecond, floorPerSecond, ratio: rounded(perSecond / floorPerSecond), p99Ms },
});

async function measureListing({ options, server, floor, path }: Run): Promise<Rate> {
  const { clients, busySeconds, seconds } = options;
  const busy = (one: Measured) => async () => (await load(one, path, { clients, busySeconds })).requests;
  // The first requests compile what the others run.
  for (const one of [server, floor]) await busy(one)();
  const perSecond = await ratePerSecond(server, busy(server));
  const floorPerSecond = await ratePerSecond(floor, busy(floor));
  const { p99Ms } = await load(server, path, { perSecond: Math.ceil(perSecond / 2), seconds });
  return rateOf(perSecond, floorPerSecond, p99Ms);
}

async function measureHeartbeat({ options, history, server, floor }: Run): Promise<Rate> {
  const { agents, rounds, beatsPerSecond } = options;
  const beats = ({ port }: Measured, isFloor: boolean, perSecond: number, askEach: number) =>
    printed<BeatsFigures>('scripts/bench/api/beats.ts', [], {
      ...{ history, port, isFloor, agents, rounds, perSecond, askEach },
    } satisfies BeatsOptions);
  const flat = (one: Measured) => async () =>
    (await beats(one, one === floor, beatsPerSecond, rounds)).heartbeats;
  const perSecond = await ratePerSecond(server, flat(server));
  const floorPerSecond = await ratePerSecond(floor, flat(floor));
  const { p99Ms } = await beats(server, false, Math.ceil(perSecond / 2), Math.ceil(rounds / 4));
  return rateOf(perSecond, floorPerSecond, p99Ms);
}

/** How long others wait while one address floods with streams that nobody reads and heartbeats that nobody signed. */
async function measureFlood({ options, history, server, path }: Run): Promise<Figures> {
  const { othersPerSecond, seconds, flood } = options;
  const others = () => load(server, path, { perSecond: othersPerSecond, seconds });
  const { p99Ms: idleP99Ms } = await others();
  const input: AttackOptions = { port: server.port, history, ...flood };
  const attack = await served('scripts/bench/api/attack.ts', [], input);
  try {
    return { idleP99Ms, p99Ms: (await others()).p99Ms };
  } finally {
    await attack.end();
  }
}

async function start(ledger: Ledger & { history: HistoryOptions }, databaseFile: string): Promise<Measured> {
  const server = await startServer(ledger, { DATABASE_FILE: databaseFile, TRUST_PROXY_HOPS: '1' });
  await rpc(ledger.url, 'bench_setHead', [ledger.lastBlock]);
  await indexedTo(server, ledger.lastBlock, FILL_TIMEOUT_MS);
  return server;
}

async function measureAll(run: Run): Promise<Bench> {
  const figures: Figures = {};
  for (const [name, part] of Object.entries(PARTS)) figures[name] = await part(run);
  const { peakMb } = await run.server.usage();
  const notes = [`the server had at most ${peakMb} MB`, ...run.server.complaints.slice(0, 5)];
  return { figures, notes };
}

/** The API over a generated ledger, beside servers that do nothing but send and take the same bytes. */
export async function benchApi(options: ApiBenchOptions): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-api-'));
  const { seed, listings, bookings, eventsPerBlock } = options;
  const ledger = await serveLedger({
    seed,
    listings,
    bookings,
    eventsPerBlock,
    keyedListings: options.agents,
  });
  const running: Measured[] = [];
  try {
    const server = await start(ledger, join(folder, 'api.sqlite'));
    running.push(server);
    const path = `/api/v1/chargers/${identityOf(ledger.history, 0).listingId}`;
    const floor = await measured('scripts/bench/api/floor.ts', {}, [
      `http://127.0.0.1:${server.port}${path}`,
    ]);
    running.push(floor);
    return await measureAll({ options, history: ledger.history, server, floor, path });
  } finally {
    for (const one of running) await one.stop();
    await ledger.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
