import { afterEach, expect, test } from 'vitest';
import type { Plan } from '../../meter-agent/session/types.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { type CarState, carPowerW } from '../../scripts/wallbox/car.ts';
import { startControl } from '../../scripts/wallbox/control.ts';
import { parseOptions } from '../../scripts/wallbox/options.ts';
import { limitWAt, type ProfileParams, scheduleOf } from '../../scripts/wallbox/schedule.ts';
import { Settings } from '../../scripts/wallbox/settings.ts';
import { agentFixture, CAUTIOUS, TAG } from '../meter-agent/support/agent-fixture.ts';
import { Scope, startWallbox } from '../meter-agent/support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const still = () => 0;
const car = (change: Partial<CarState>): CarState => ({
  poweredSec: 60,
  chargedWh: 0,
  wantedWh: 10_000,
  ...change,
});

test('the car ramps up, draws constantly, tapers, and stops when it is full', () => {
  expect(carPowerW(car({ poweredSec: 0 }), 11_000, still)).toBe(0);
  expect(carPowerW(car({ poweredSec: 2 }), 11_000, still)).toBe(5_500);
  expect(carPowerW(car({ chargedWh: 5_000 }), 11_000, still)).toBe(11_000);
  expect(carPowerW(car({ chargedWh: 9_000 }), 11_000, still)).toBeCloseTo(5_940);
  expect(carPowerW(car({ chargedWh: 10_000 }), 11_000, still)).toBe(0);
});

test('the car never takes more than it is offered', () => {
  for (let i = 0; i < 200; i++) expect(carPowerW(car({}), 6_000, Math.random)).toBeLessThanOrEqual(6_000);
  expect(carPowerW(car({}), 0, Math.random)).toBe(0);
});

test('a wrong option is named with its value', () => {
  const parse =
    (...args: string[]) =>
    () =>
      parseOptions(['--url', 'ws://127.0.0.1:1', '--id', 'A', ...args]);
  expect(parse('--speed', '0')).toThrow(
    expect.objectContaining({ code: 'wallbox.option', value: '--speed "0"' }),
  );
  expect(parse('--power-w', 'x')).toThrow('--power-w');
  expect(() => parseOptions(['--id', 'A'])).toThrow('--url');
});

const profile = (change: Partial<ProfileParams>, schedule: object = {}): ProfileParams => ({
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: {
    startSchedule: '2026-01-01T10:00:00Z',
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [
      { startPeriod: 0, limit: 16 },
      { startPeriod: 3_600, limit: 0 },
    ],
    ...schedule,
  },
  ...change,
});

test('a charging profile is a schedule in time: absolute, relative to the start, and over', () => {
  const at = (text: string) => Date.parse(text);
  const startedAt = at('2026-01-01T10:30:00Z');
  const limitAt = (text: string, params: ProfileParams) =>
    limitWAt(scheduleOf(params, 3, at('2026-01-01T09:00:00Z')), at(text), startedAt);
  expect(limitAt('2026-01-01T10:59:59Z', profile({}))).toBe(16 * 3 * 230);
  expect(limitAt('2026-01-01T11:00:00Z', profile({}))).toBe(0);
  expect(limitAt('2026-01-03T11:00:00Z', profile({}))).toBe(0);
  const relative = profile({ chargingProfileKind: 'Relative' });
  expect(limitAt('2026-01-01T11:29:59Z', relative)).toBe(16 * 3 * 230);
  expect(limitAt('2026-01-01T11:30:00Z', relative)).toBe(0);
  const list = profile({ chargingSchedule: [profile({}).chargingSchedule].flat() });
  expect(limitAt('2026-01-01T11:00:00Z', list)).toBe(0);
  const inWatts = profile({}, { chargingRateUnit: 'W', duration: 1_800 });
  expect(limitAt('2026-01-01T10:29:59Z', inWatts)).toBe(16);
  expect(limitAt('2026-01-01T10:30:00Z', inWatts)).toBe(Number.POSITIVE_INFINITY);
  expect(scheduleOf(profile({ chargingProfileKind: 'Recurring' }), 3, 0)).toBeUndefined();
  expect(scheduleOf(profile({}, { chargingSchedulePeriod: [{ startPeriod: 5, limit: 1 }] }), 3, 0)).toBe(
    undefined,
  );
});

/** The simulated wallbox at an agent with a booking of it, at a hundred times the speed. */
async function charging(options: Record<string, unknown> = {}, plan: Partial<Plan> = {}) {
  // At this speed one meter value brings more than the driver allows: the agent looks no value ahead.
  const fast = { maxPowerW: 22_000_000, sampleSec: 0 };
  const world = await agentFixture(scope, { plan: { chargePointId: 'SIM', ...fast, ...plan } });
  const wallbox = await startWallbox(scope, world.port, {
    id: 'SIM',
    speed: '100',
    'power-w': '11000',
    ...options,
  });
  await waitFor('the wallbox to be set up', () => world.agent.connectors.find('SIM', 1)?.meterKey);
  const { control, base } = await controlled(wallbox);
  scope.onEnd(() => void control.close());
  const post = async (path: string, body: object = {}) => {
    const response = await fetch(`${base}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ...world, sim: wallbox, post };
}

async function controlled(wallbox: Parameters<typeof startControl>[0]) {
  const { server, port } = await startControl(wallbox, 0);
  return { control: server, base: `http://127.0.0.1:${port}` };
}

const credited = (world: {
  session: () => { doneWh: number; transaction: { register: { creditedWh: number } } | null };
}) => {
  const { doneWh, transaction } = world.session();
  return doneWh + (transaction?.register.creditedWh ?? 0);
};

test('plug, start, pause at 0 A, resume, unplug: over real sockets, driven from the control port', async () => {
  const world = await charging({}, CAUTIOUS);
  await world.post('/plug');
  world.handOver();
  await waitFor('the pause for want of signatures', () => world.session().current.acceptedA === 0);
  await waitFor('the wallbox to pause', () => world.sim.state().status === 'SuspendedEVSE');
  const pausedWh = world.sim.state().registerWh;
  await waitFor('the last sample to be there', () => credited(world) === pausedWh);
  await waitFor('a reading of it', () => {
    world.skip(1);
    return world.session().lastReading?.energyWh === pausedWh;
  });
  world.cosign();
  await waitFor('power to flow again', () => credited(world) > pausedWh);
  await world.post('/unplug');
  await waitFor('the final reading', () => world.session().phase === 'FINAL');
  expect(world.session().lastReading?.energyWh).toBe(world.sim.state().registerWh);
  await waitFor(
    'the meter record to count',
    () => world.agent.journal.assuranceLevel(world.bookingId) === 'meter-signed',
  );
  const records = world.agent.journal.evidence(world.bookingId).filter((line) => line.includes('"record"'));
  expect(records.length).toBeGreaterThanOrEqual(2);
  expect(records.every((line) => line.includes(TAG))).toBe(true);
});

test('the wallbox accepts every setting that the agent wants, and has those that forbid local authorization', async () => {
  const { agent, port } = await agentFixture(scope, { plan: { chargePointId: 'SIM' } });
  await startWallbox(scope, port, { id: 'SIM' });
  await waitFor('the settings to be known', () => agent.connectors.health('SIM', 1).refusedSettings);
  expect(agent.connectors.health('SIM', 1).refusedSettings).toEqual([]);
  const settings = new Settings('', 1);
  const keys = [
    'AllowOfflineTxForUnknownId',
    'LocalAuthorizeOffline',
    'LocalPreAuthorize',
    'LocalAuthListEnabled',
    'AuthorizationCacheEnabled',
  ];
  const { configurationKey, unknownKey } = settings.read(keys);
  expect(unknownKey).toEqual([]);
  expect(configurationKey).toEqual(keys.map((key) => ({ key, value: 'false', readonly: false })));
  for (const key of keys) expect(settings.change(key, 'true')).toBe('Accepted');
});

test('a connection that breaks during a charge loses no Wh', async () => {
  const world = await charging({ 'power-w': '1000' });
  await world.post('/plug');
  world.handOver();
  await waitFor('energy', () => credited(world) > 0);
  await world.post('/fault', { kind: 'dropConnection' });
  await waitFor('the line to be back', () => world.sim.state().connected && world.session().connected);
  await world.post('/unplug');
  await waitFor('the final reading', () => world.session().phase === 'FINAL');
  expect(credited(world)).toBe(world.sim.state().registerWh);
});

test('a meter that is silent, and one that sends kWh: the stop register decides', async () => {
  const world = await charging({ 'power-w': '1000' });
  await world.post('/fault', { kind: 'silentMeter' });
  await world.post('/fault', { kind: 'kWh' });
  await world.post('/plug');
  world.handOver();
  await waitFor('the register to move', () => world.sim.state().registerWh > 20);
  await world.post('/stop');
  await waitFor('the final reading', () => world.session().phase === 'FINAL');
  expect(credited(world)).toBe(world.sim.state().registerWh);
});

test('a wallbox that refuses profiles is paused by a stop and continues after a signature', async () => {
  const world = await charging({}, CAUTIOUS);
  await world.post('/fault', { kind: 'refuseProfiles' });
  await world.post('/plug');
  world.handOver();
  await waitFor('the pause by stop', () => {
    world.skip(1);
    return world.session().current.isPausedByStop && world.session().phase === 'STARTING';
  });
  const pausedWh = credited(world);
  await waitFor('a reading of it', () => {
    world.skip(10);
    return world.session().lastReading?.energyWh === pausedWh;
  });
  world.cosign();
  await waitFor('the next transaction', () => {
    world.skip(5);
    return credited(world) > pausedWh;
  });
  await world.post('/unplug');
  // It may have been paused again before the cable was out: then time ends it.
  await waitFor('the final reading', () => {
    world.skip(1);
    return world.session().phase === 'FINAL';
  });
  expect(credited(world)).toBe(world.sim.state().registerWh);
});

test.each(['GroundFailure', 'OverCurrentFailure', 'HighTemperature'])('%s ends the charge', async (kind) => {
  const world = await charging({ 'power-w': '1000' });
  await world.post('/plug');
  world.handOver();
  await waitFor('a transaction', () => world.session().transaction !== null);
  await world.post('/fault', { kind });
  await waitFor('the final reading', () => world.session().phase === 'FINAL');
  await waitFor('the fault to be shown', () => world.agent.connectors.find('SIM', 1)?.status === 'Faulted');
});

test('the control port answers unknown requests with an error', async () => {
  const { post } = await charging();
  expect((await post('/fault', { kind: 'nonsense' })).status).toBe(400);
  expect((await post('/nowhere')).status).toBe(404);
  expect((await post('/present', { idTag: 'STRANGER' })).body).toEqual({ status: 'Invalid' });
});
