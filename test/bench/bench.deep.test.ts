import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benchAgent } from '../../scripts/bench/agent.ts';
import { changesOf, GAS_REMEDY } from '../../scripts/checks/gas.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { lastJson, runScript } from '../audit/run-script.ts';

/** Some 1,200 transactions on two simulated ledgers: half a minute, longer beside other tests. */
const GAS_TIMEOUT_MS = 170_000;

const FIGURES = [
  'list',
  'sessionSteady',
  'sessionBatched',
  'sessionFirstTouch',
  'sessionAllowed',
  'sessionRaised',
  'sessionByOffer',
  'challengeProof',
  'proofWithoutClz',
  'bookByPasskey',
  'sweepFirst',
  'sweepLater',
];

const aNumber = expect.any(Number);

/** The figures of a quick run: the last line of its output. */
async function quick(name: string): Promise<unknown> {
  const args = [join(ROOT, 'scripts/bench.ts'), name, '--quick', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

describe('npm run bench', () => {
  it(
    'gas: gives the committed figures of both hardforks, within the targets, beside the floors of the same run',
    async () => {
      const args = [join(ROOT, 'scripts/bench.ts'), 'gas', '--json'];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
        timeout: GAS_TIMEOUT_MS,
      });
      expect(stdout.trim().split('\n')).toHaveLength(1);
      const parsed = JSON.parse(stdout);
      expect(changesOf(parsed), GAS_REMEDY).toEqual([]);
      const { osaka, amsterdam, floors, bytecodeBytes, ...more } = parsed;
      expect(more).toEqual({});
      for (const figures of [osaka, amsterdam]) {
        const { calldata, ...gas } = figures;
        expect(Object.keys(gas)).toEqual(FIGURES);
        const isGas = (value: unknown) => Number.isInteger(value) && Number(value) > 21_000;
        expect(Object.values(gas).every(isGas)).toBe(true);
        expect(calldata.deflated).toBeLessThanOrEqual(700);
      }
      // A new storage slot costs 17,100 more than one that is overwritten; both sessions differ in nothing else.
      expect(osaka.sessionFirstTouch - osaka.sessionBatched).toBeGreaterThan(17_000);
      expect(osaka.sessionFirstTouch - osaka.sessionBatched).toBeLessThan(17_200);
      expect(floors.erc20TransferFresh - floors.erc20TransferWarm).toBe(17_100);
      expect(osaka.sessionSteady).toBeLessThanOrEqual(95_000);
      expect(osaka.sessionBatched).toBeLessThanOrEqual(58_000);
      expect(amsterdam.sessionSteady / osaka.sessionSteady).toBeLessThanOrEqual(1.15);
      expect(osaka.list).toBeLessThanOrEqual(75_000);
      expect(osaka.sessionAllowed).toBeLessThanOrEqual(92_000);
      expect(osaka.sessionRaised).toBeLessThanOrEqual(97_000);
      expect(osaka.sessionByOffer).toBeLessThanOrEqual(105_500);
      expect(osaka.challengeProof).toBeLessThanOrEqual(112_000);
      expect(osaka.proofWithoutClz).toBeLessThanOrEqual(130_000);
      expect(osaka.sweepFirst).toBeLessThanOrEqual(160_000);
      expect(osaka.sweepLater).toBeLessThanOrEqual(90_000);
      // A booking has more to do than the bare check of its passkey.
      expect(osaka.bookByPasskey).toBeGreaterThan(floors.webAuthnCheck);
      expect(bytecodeBytes).toBeGreaterThan(10_000);
      expect(bytecodeBytes).toBeLessThanOrEqual(24_576);
      expect(stderr).toMatch(/^sessionBatched +bookAll of 100 signed bookings/m);
    },
    GAS_TIMEOUT_MS,
  );

  it('audit: gives sessions per second, all checks included, beside its floor', async () => {
    const ended = await runScript('bench', ['audit', '--json', '--sessions', '200']);
    expect(ended.code).toBe(0);
    const figures = lastJson(ended);
    const names = ['sessions', 'sessionsPerSecond', 'floorPerSecond', 'ratio', 'peakMb', 'againRatio'];
    expect(Object.keys(figures)).toEqual(names);
    expect(figures.sessions).toBe(200);
  });

  it('agent: gives memory, throughput beside a bare server, round trips, and a fleet that misses nothing', async () => {
    const { figures, notes } = await benchAgent({
      seconds: 2,
      sliceMs: 150,
      rounds: 1,
      idleMs: 300,
      fleet: 8,
    });
    expect(Object.keys(figures)).toEqual([
      'rssMb',
      'startMs',
      'packMb',
      'meterValuesPerSecond',
      'floorPerSecond',
      'ratio',
      'disk',
      'roundTripsToPower',
      'journalMbPerYear',
      'fleet',
    ]);
    expect(figures).toMatchObject({
      roundTripsToPower: 3,
      fleet: { wallboxes: 8, seconds: 2, sent: 8, missed: 0 },
    });
    // The rest of the bounds is for a machine that does nothing else.
    expect(figures.packMb).toBeLessThanOrEqual(15);
    expect(notes.join('\n')).toMatch(/^idleCpuPercent +\d+(\.\d+)? /m);
    expect(figures.journalMbPerYear).toBeLessThanOrEqual(300);
    const names = [
      'rssMb',
      'startMs',
      'packMb',
      'journalMbPerYear',
      'meterValuesPerSecond',
      'floorPerSecond',
      'ratio',
    ];
    for (const name of names) {
      expect(figures[name], name).toBeGreaterThan(0);
    }
  });

  it('index: gives the follower beside its floor on both databases, heartbeats, live delay and undone blocks', async () => {
    const figures = await quick('index');
    const fill = {
      eventsPerSecond: aNumber,
      timesFloor: aNumber,
      timesFloorWall: aNumber,
      peakMb: aNumber,
      worstFreezeMs: aNumber,
      worstFreezeCpuMs: aNumber,
    };
    expect(figures).toEqual({
      events: aNumber,
      floor: { eventsPerSecond: aNumber, peakMb: aNumber },
      sqlite: fill,
      postgres: fill,
      heartbeats: { sqlite: aNumber, postgres: aNumber, threeProcessesCpu: aNumber },
      sseMedianMs: aNumber,
      reorgMs: aNumber,
    });
  });

  it('map: gives requests through HTTP beside their floors, start, change and growth', async () => {
    const figures = await quick('map');
    const load = { p50Ms: aNumber, p99Ms: aNumber, perSecond: aNumber };
    expect(figures).toMatchObject({
      listings: 1_000,
      ...{ box: load, tileWarm: load, tileCold: load, quote: load },
      ready: { seconds: aNumber, rssMb: aNumber },
      change: { p99Ms: aNumber },
      growth: [{ listings: 200 }, { listings: 1_000, reorgMs: aNumber }],
      floor: { boxP99Ms: aNumber, tileP99Ms: aNumber, quoteP99Ms: aNumber },
    });
  });
});
