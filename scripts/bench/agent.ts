import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../lib/wait.ts';
import { unpackedInto } from '../pack/packed.ts';
import { archiveFile } from '../pack/program.ts';
import { chargePointIdOf, type Served, serveAgent, serveFloor, tagOf, usageOf } from './agent-processes.ts';
import { BenchWallbox, Charge } from './agent-wallbox.ts';
import type { Bench } from './figures.ts';
import { serveIdleLedger } from './idle-ledger.ts';
import { journalMbPerYear } from './journal-year.ts';

const FLEET_PERIOD_SEC = 10;
/** An answer that takes longer counts as missed. */
const MISSED_AFTER_MS = 10_000;

export interface AgentBenchOptions {
  /** Wallboxes of the fleet. */
  fleet: number;
  /** How long the fleet sends. */
  seconds: number;
  /** How long each server is measured per round, and the number of rounds. */
  sliceMs: number;
  rounds: number;
  idleMs: number;
}

const DEFAULTS: AgentBenchOptions = { fleet: 200, seconds: 60, sliceMs: 2_000, rounds: 3, idleMs: 10_000 };

async function beginCharge(port: number, index: number): Promise<Charge> {
  const wallbox = await BenchWallbox.dial(port, chargePointIdOf(index));
  const timestamp = new Date().toISOString();
  const start = { connectorId: 1, idTag: tagOf(index), meterStart: 1_000, timestamp };
  const answer = await wallbox.call('StartTransaction', start);
  return new Charge(wallbox, Number(answer?.transactionId), 1_000);
}

/** OCPP calls in both directions, from plugging in to the permission to give power. */
async function roundTripsToPower(port: number): Promise<{ charge: Charge; roundTrips: number }> {
  const wallbox = await BenchWallbox.dial(port, chargePointIdOf(0));
  const tag = new Promise<string>((resolve) => {
    wallbox.onAsked = (action, { idTag }) => {
      if (action === 'RemoteStartTransaction') resolve(String(idTag));
    };
  });
  const vendor = { chargePointVendor: 'Plugpact', chargePointModel: 'Bench' };
  await wallbox.call('BootNotification', vendor);
  await waitFor('the settings to be made', () => wallbox.calls.includes('GetConfiguration'));
  await delay(500);
  const before = wallbox.calls.length;
  const asked = wallbox.calls.includes('RemoteStartTransaction');
  await wallbox.call('StatusNotification', { connectorId: 1, status: 'Preparing', errorCode: 'NoError' });
  const start = { connectorId: 1, idTag: await tag, meterStart: 1_000, timestamp: new Date().toISOString() };
  const answer = await wallbox.call('StartTransaction', start);
  const isAllowed = (answer?.idTagInfo as { status?: string } | undefined)?.status === 'Accepted';
  if (!isAllowed) throw new Error('The bench was not allowed to charge.');
  // A remote start before plugging in counts too: there is no power without it.
  const roundTrips = wallbox.calls.length - before + (asked ? 1 : 0);
  return { charge: new Charge(wallbox, Number(answer?.transactionId), 1_000), roundTrips };
}

/** Acknowledged MeterValues in one slice of time; every wallbox sends the next one when the last is answered. */
async function countIn(charges: readonly Charge[], sliceMs: number): Promise<number> {
  const until = performance.now() + sliceMs;
  let acknowledged = 0;
  await Promise.all(
    charges.map(async (charge) => {
      while (performance.now() < until) if (await charge.meter()) acknowledged += 1;
    }),
  );
  return acknowledged;
}

/** Per second, in turns, so that other load of the machine affects both. */
async function compare(agent: readonly Charge[], floor: readonly Charge[], options: AgentBenchOptions) {
  const { sliceMs, rounds } = options;
  await countIn(agent, sliceMs / 2);
  await countIn(floor, sliceMs / 2);
  let [ours, bare] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    bare += await countIn(floor, sliceMs);
    ours += await countIn(agent, sliceMs);
  }
  const seconds = (sliceMs * rounds) / 1_000;
  return {
    perSecond: Math.round(ours / seconds),
    floorPerSecond: Math.round(bare / seconds),
    ratio: Number((ours / bare).toFixed(3)),
  };
}

const dialFloor = async (floor: Served, count: number): Promise<Charge[]> =>
  Promise.all(
    Array.from(
      { length: count },
      async (_unused, index) =>
        new Charge(await BenchWallbox.dial(floor.port, chargePointIdOf(index)), 1, 1_000),
    ),
  );

const closeAll = (charges: readonly Charge[]) => Promise.all(charges.map(({ wallbox }) => wallbox.close()));

/** An idle agent: one wallbox with a session, a block each second. */
async function measureRest(program: string, { idleMs }: AgentBenchOptions) {
  const ledger = await serveIdleLedger();
  const agent = await serveAgent(program, 1, { rpcUrl: ledger.url });
  try {
    const charge = await beginCharge(agent.port, 0);
    for (let count = 0; count < 20; count++) await charge.meter();
    await delay(idleMs);
    const began = usageOf(agent);
    await delay(idleMs);
    const { rssMb, cpuSec } = usageOf(agent);
    await charge.wallbox.close();
    return { rssMb, idleCpuPercent: Number((((cpuSec - began.cpuSec) / idleMs) * 100_000).toFixed(2)) };
  } finally {
    await agent.end();
    ledger.end();
  }
}

/** The time from spawning the program until it listens: the middle one of three starts. */
async function measureStart(program: string): Promise<number> {
  const startsMs: number[] = [];
  for (let start = 0; start < 3; start++) {
    const agent = await serveAgent(program, 1);
    startsMs.push(agent.startMs);
    await agent.end();
  }
  return startsMs.toSorted((a, b) => a - b)[1]!;
}

/** One wallbox with a session: round trips, throughput. */
async function measureOne(program: string, options: AgentBenchOptions, parent?: string) {
  const agent = await serveAgent(program, 1, parent === undefined ? {} : { parent });
  const floor = await serveFloor();
  try {
    const { charge, roundTrips } = await roundTripsToPower(agent.port);
    for (let count = 0; count < 20; count++) await charge.meter();
    const bare = await dialFloor(floor, 1);
    const compared = await compare([charge], bare, options);
    await closeAll([charge, ...bare]);
    return { roundTrips, compared };
  } finally {
    await Promise.all([agent.end(), floor.end()]);
  }
}

const FLUSHES = 50;

/** Milliseconds that a flush of the disk takes: the middle one of some, each after a write of one page. */
function flushMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-flush-'));
  const file = openSync(join(folder, 'page'), 'w');
  try {
    const page = Buffer.alloc(4_096);
    const takenMs = Array.from({ length: FLUSHES }, () => {
      writeSync(file, page);
      const began = performance.now();
      fsyncSync(file);
      return performance.now() - began;
    });
    return Number(takenMs.toSorted((a, b) => a - b)[FLUSHES / 2]!.toFixed(2));
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every wallbox sends once in each period, each at its own time. */
async function sendSlowly(charges: readonly Charge[], seconds: number) {
  const rounds = Math.max(1, Math.floor(seconds / FLEET_PERIOD_SEC));
  const periodMs = (seconds * 1_000) / rounds;
  const began = performance.now();
  let [sent, missed] = [0, 0];
  await Promise.all(
    charges.map(async (charge, index) => {
      for (let round = 0; round < rounds; round++) {
        const dueMs = began + periodMs * (round + index / charges.length);
        await delay(Math.max(0, dueMs - performance.now()));
        sent += 1;
        const tooLate = new AbortController();
        const late = delay(MISSED_AFTER_MS, false, { signal: tooLate.signal }).catch(() => false);
        if (!(await Promise.race([charge.meter(), late]))) missed += 1;
        tooLate.abort();
      }
    }),
  );
  return { sent, missed };
}

async function measureFleet(program: string, options: AgentBenchOptions) {
  const agent = await serveAgent(program, options.fleet);
  const floor = await serveFloor();
  try {
    const indexes = Array.from({ length: options.fleet }, (_unused, index) => index);
    const charges = await Promise.all(indexes.map((index) => beginCharge(agent.port, index)));
    const bare = await dialFloor(floor, options.fleet);
    const compared = await compare(charges, bare, options);
    const slow = await sendSlowly(charges, options.seconds);
    await closeAll([...charges, ...bare]);
    return { ...slow, compared };
  } finally {
    await Promise.all([agent.end(), floor.end()]);
  }
}

/** Of the packed agent, as homeowners run it. */
export async function benchAgent(change: Partial<AgentBenchOptions> = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-packed-'));
  try {
    const program = await unpackedInto(folder, 'agent');
    return await measureAll(program, { ...DEFAULTS, ...change });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(program: string, options: AgentBenchOptions): Promise<Bench> {
  const startMs = await measureStart(program);
  const rest = await measureRest(program, options);
  const one = await measureOne(program, options);
  const onDisk = await measureOne(program, options, tmpdir());
  const fleet = await measureFleet(program, options);
  const figures = {
    rssMb: rest.rssMb,
    startMs,
    packMb: Number((statSync(archiveFile('agent')).size / 1e6).toFixed(1)),
    meterValuesPerSecond: one.compared.perSecond,
    floorPerSecond: one.compared.floorPerSecond,
    ratio: one.compared.ratio,
    disk: { flushMs: flushMs(), ratio: onDisk.compared.ratio },
    roundTripsToPower: one.roundTrips,
    journalMbPerYear: await journalMbPerYear(),
    fleet: {
      wallboxes: options.fleet,
      seconds: options.seconds,
      sent: fleet.sent,
      missed: fleet.missed,
      ratio: fleet.compared.ratio,
    },
  };
  const notes = [
    'The journal is in memory, as far as this machine has room; `disk` is one wallbox with the journal in the temporary',
    'folder, where each message waits for one flush of the disk (flushMs, of a bare file).',
    `idleCpuPercent                            ${rest.idleCpuPercent} of a processor, one wallbox with a session, a block a second`,
    `all of the fleet at once                  ${fleet.compared.perSecond} MeterValues/s, floor ${fleet.compared.floorPerSecond}`,
    'The floor is a bare ocpp-rpc server in strict mode that only acknowledges, measured in turns with the agent;',
    'the wallboxes of both are ocpp-rpc clients, one process for all of them.',
  ];
  return { figures, notes };
}
