import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, median, rounded } from '../figures.ts';
import { encodeAll, serveLedger } from '../generated/start.ts';
import { indexedTo } from '../measured.ts';
import { type BenchPostgres, startBenchPostgres } from '../own-postgres.ts';
import { type BackFill, backFill, readFloor, startServer } from './back-fill.ts';
import type { FloorFigures } from './floor.ts';
import { type HeartbeatFigures, type HeartbeatOptions, heartbeats } from './heartbeats.ts';
import { liveDelaysMs } from './live-delay.ts';
import { undoneMs } from './undone.ts';

export interface IndexBenchOptions {
  seed: number;
  listings: number;
  bookings: number;
  eventsPerBlock: number;
  heartbeats: HeartbeatOptions;
  /** Blocks whose way to a browser is measured. */
  liveSamples: number;
  /** Listings in the index of which blocks are undone, each with its terms, and the number of those blocks. */
  undo: { listings: number; blocks: number };
}

export const INDEX_DEFAULTS: IndexBenchOptions = {
  seed: 13,
  listings: 30_000,
  bookings: 45_000,
  eventsPerBlock: 10,
  heartbeats: { agents: 500, rounds: 40, warmUpRounds: 10, perSecond: 4_000 },
  liveSamples: 31,
  undo: { listings: 500_000, blocks: 21 },
};

/** For a look whether all of it runs. */
export const INDEX_QUICK: IndexBenchOptions = {
  ...INDEX_DEFAULTS,
  listings: 300,
  bookings: 450,
  heartbeats: { agents: 12, rounds: 3, warmUpRounds: 1, perSecond: 4_000 },
  liveSamples: 3,
  undo: { listings: 300, blocks: 3 },
};

/** More than there are. */
const KEPT_BLOCKS = 10_000_000;
/** Events of one range of the floor: about as many as the server asks for at once. */
const FLOOR_RANGE_EVENTS = 2_000;
const TIMEOUT_MS = 3_600_000;
const toFigures = (events: number, floor: FloorFigures, filled: BackFill) => ({
  eventsPerSecond: Math.round((events * 1_000) / filled.wallMs),
  timesFloor: rounded(filled.cpuMs / floor.cpuMs),
  timesFloorWall: rounded(filled.wallMs / floor.wallMs),
  peakMb: filled.peakMb,
  worstFreezeMs: filled.worstFreezeMs,
  worstFreezeCpuMs: filled.worstFreezeCpuMs,
});

/** The floor in the middle of several, measured in turns with the back-fills. */
const middleFloor = (floors: readonly FloorFigures[]): FloorFigures =>
  floors.toSorted((a, b) => a.cpuMs - b.cpuMs)[Math.floor(floors.length / 2)]!;

async function measureBackFill(options: IndexBenchOptions, folder: string, server: BenchPostgres) {
  const { seed, listings, bookings, eventsPerBlock } = options;
  const parts = { seed, listings, bookings, eventsPerBlock, keyedListings: 0 };
  const ledger = await serveLedger(parts, KEPT_BLOCKS);
  try {
    await encodeAll(ledger);
    const spanBlocks = Math.max(1, Math.round(FLOOR_RANGE_EVENTS / eventsPerBlock));
    const floors = [await readFloor(ledger, spanBlocks)];
    const sqlite = await backFill(ledger, { DATABASE_FILE: join(folder, 'back-fill.sqlite') });
    floors.push(await readFloor(ledger, spanBlocks));
    const DATABASE_URL = await server.create('back_fill');
    const beforeMs = server.cpuMs();
    const postgres = await backFill(ledger, { DATABASE_URL });
    const databaseCpuMs = server.cpuMs() - beforeMs;
    floors.push(await readFloor(ledger, spanBlocks));
    const floor = middleFloor(floors);
    if (floor.events !== ledger.events)
      throw new Error(`The floor read ${floor.events} of ${ledger.events} events.`);
    return { events: ledger.events, floor, sqlite, postgres, databaseCpuMs };
  } finally {
    await ledger.end();
  }
}

async function measureHeartbeats(
  { seed, heartbeats: options }: IndexBenchOptions,
  folder: string,
  server: BenchPostgres,
) {
  const listings = options.agents;
  const ledger = await serveLedger({
    seed,
    listings,
    bookings: 0,
    eventsPerBlock: 10,
    keyedListings: listings,
  });
  try {
    const on = (env: Record<string, string>, processes: number): Promise<HeartbeatFigures> =>
      heartbeats(ledger, ledger.history, env, processes, options);
    return {
      sqlite: await on({ DATABASE_FILE: join(folder, 'heartbeats.sqlite') }, 1),
      postgres: await on({ DATABASE_URL: await server.create('heartbeats_one') }, 1),
      three: await on({ DATABASE_URL: await server.create('heartbeats_three') }, 3),
    };
  } finally {
    await ledger.end();
  }
}

async function measureUndo({ seed, undo }: IndexBenchOptions, folder: string): Promise<number[]> {
  const { listings, blocks } = undo;
  const ledger = await serveLedger({ seed, listings, bookings: 0, eventsPerBlock: 50, keyedListings: 0 });
  const file = join(folder, 'undo.sqlite');
  const server = await startServer(ledger, { DATABASE_FILE: file });
  await indexedTo(server, ledger.lastBlock, TIMEOUT_MS).finally(() =>
    Promise.all([server.stop(), ledger.end()]),
  );
  return undoneMs(file, blocks);
}

type BackFills = Awaited<ReturnType<typeof measureBackFill>>;
type Beats = Awaited<ReturnType<typeof measureHeartbeats>>;

function figuresOf(fills: BackFills, beats: Beats, delaysMs: number[], undoMs: number[]) {
  const { events, floor, sqlite, postgres } = fills;
  return {
    events,
    floor: { eventsPerSecond: Math.round((events * 1_000) / floor.wallMs), peakMb: floor.peakMb },
    sqlite: toFigures(events, floor, sqlite),
    postgres: toFigures(events, floor, postgres),
    heartbeats: {
      sqlite: beats.sqlite.perSecond,
      postgres: beats.postgres.perSecond,
      threeProcessesCpu: rounded(beats.three.cpuMsPerHeartbeat / beats.postgres.cpuMsPerHeartbeat),
    },
    sseMedianMs: Math.round(median(delaysMs)),
    reorgMs: rounded(median(undoMs)),
  };
}

function notesOf({ floor, sqlite, postgres, databaseCpuMs }: BackFills, beats: Beats): string[] {
  const withDatabase = rounded((postgres.cpuMs + databaseCpuMs) / floor.cpuMs);
  const perBeat = ({ cpuMsPerHeartbeat, perSecond }: HeartbeatFigures) =>
    `${rounded(cpuMsPerHeartbeat, 3)} ms of processor time each, ${perSecond}/s`;
  return [
    'timesFloor is by processor time of the server alone, without its start; timesFloorWall by the clock.',
    `postgres with the database's own processes   ${withDatabase} x the floor`,
    `heartbeats, SQLite                           ${perBeat(beats.sqlite)}`,
    `heartbeats, PostgreSQL                       ${perBeat(beats.postgres)}`,
    `heartbeats, PostgreSQL, three processes      ${perBeat(beats.three)}`,
    ...[...sqlite.complaints, ...postgres.complaints].map((line) => `logged: ${line}`),
  ];
}

/** The follower: its back-fill beside fetching and decoding alone, heartbeats, live delay, and blocks undone. */
export async function benchIndex(options: IndexBenchOptions): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-index-'));
  const server = await startBenchPostgres();
  try {
    const fills = await measureBackFill(options, folder, server);
    const beats = await measureHeartbeats(options, folder, server);
    const delaysMs = await liveDelaysMs(join(folder, 'live.sqlite'), options.liveSamples);
    const undoMs = await measureUndo(options, folder);
    return { figures: figuresOf(fills, beats, delaysMs, undoMs), notes: notesOf(fills, beats) };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
