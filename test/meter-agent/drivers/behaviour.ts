import { generatePrivateKey } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, CAUTIOUS, planNow, TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';

/** What a hand at a wallbox can do, and see. */
export interface Device {
  plug(connectorId?: number): void;
  unplug(connectorId?: number): void;
  state(connectorId?: number): { status: string; powerW: number; registerWh: number };
  /** Takes it off the mains: what it remembers is in `dir`. */
  stop(): Promise<void>;
}

/** One with a card reader, whose line can be torn, and whose meter can be told to count in kWh. */
interface FullDevice extends Device {
  present(idTag: string): Promise<string>;
  fault(kind: 'dropConnection' | 'kWh'): void;
}

export interface DeviceOptions {
  id: string;
  dir: string;
  powerW: number;
  connectors?: number;
}

/** What not every protocol has. `signed`: records signed by the meter. */
type Ability = 'reader' | 'signed' | 'faults' | 'reservation' | 'connectors' | 'reboot';

export interface Harness {
  name: string;
  abilities: readonly Ability[];
  /** The core of the story alone: another harness tries the same code in full. */
  isBrief?: boolean;
  /** What the agent is given beside its configuration. */
  agent?: NonNullable<Parameters<typeof agentFixture>[1]>['agent'];
  connect(scope: Scope, agentPort: number, options: DeviceOptions): Promise<Device>;
}

/** At a hundred times the speed: what takes minutes at home takes seconds here. */
const SPEED = 100;
export const SPEED_FACTOR = String(SPEED);

type World = Awaited<ReturnType<typeof prepared>> & { scope: Scope };

async function prepared(scope: Scope, harness: Harness, powerW: number, change: Partial<Plan> = {}) {
  const plan = { ...CAUTIOUS, chargePointId: 'SIM', maxPowerW: 22_000 * SPEED * 10, ...change };
  const world = await agentFixture(scope, {
    plan,
    ...(harness.agent === undefined ? {} : { agent: harness.agent }),
  });
  const options = { id: 'SIM', dir: scope.dir(), powerW };
  const connect = (more: Partial<DeviceOptions> = {}) =>
    harness.connect(scope, world.port, { ...options, ...more });
  const device = await connect();
  await waitFor('the device to be on its line', () => world.agent.connectors.isOnline('SIM'));
  return { ...world, device, connect, dir: options.dir };
}

const credited = ({ session }: Pick<World, 'session'>): number => {
  const { doneWh, transaction } = session();
  return doneWh + (transaction?.register.creditedWh ?? 0);
};

const seenAs = ({ agent }: World, status: string, connectorId = 1) =>
  waitFor(`${status} to be seen`, () => agent.connectors.find('SIM', connectorId)?.status === status);

/** A driver whose phone is awake. */
function signAll(world: World): void {
  const timer = setInterval(() => {
    if (world.session().lastReading !== null) world.cosign();
  }, 100);
  timer.unref();
  world.scope.onEnd(() => clearInterval(timer));
}

const isFinal = (world: World) =>
  waitFor('the final reading', () => world.session().phase === 'FINAL' && world.session());

/** Exactly what the device's own register says, and no Wh more. */
async function expectExact(world: World, device = world.device): Promise<void> {
  expect((await isFinal(world)).doneWh).toBe(device.state().registerWh);
  expect(device.state().powerW).toBe(0);
  expect(device.state().registerWh).toBeGreaterThan(0);
}

/** What every driver must do, with a real agent and over real sockets. Registers the cases that the harness can. */
export function behavesAsDriver(harness: Harness): void {
  const scope = new Scope();
  afterEach(() => scope.end());
  const start = async (powerW = 4_000, change: Partial<Plan> = {}) => ({
    ...(await prepared(scope, harness, powerW, change)),
    scope,
  });
  const behaves = (what: string, run: () => Promise<void>) => test(`${harness.name}: ${what}`, run);
  const inFull: typeof behaves = harness.isBrief ? () => {} : behaves;
  const ifAble = (ability: Ability, what: string, run: () => Promise<void>) => {
    if (harness.abilities.includes(ability)) behaves(what, run);
  };

  behaves('plugged in first, started, stopped by the driver', async () => {
    const world = await start();
    world.device.plug();
    await seenAs(world, 'Preparing');
    expect(world.device.state().powerW).toBe(0);
    world.handOver();
    signAll(world);
    await waitFor('power', () => credited(world) > 20);
    expect(world.session().registers?.beginWh).toBe(0);
    world.agent.sessions.apply(world.bookingId, { type: 'stopAsked', at: world.nowSec() });
    await expectExact(world);
    expect(world.session().stopCause).toBe('driver');
  });

  inFull('started first, plugged in later, unplugged', async () => {
    const world = await start();
    await seenAs(world, 'Available');
    world.handOver();
    await waitFor('the start to be accepted', () => world.session().startAnswer === 'accepted');
    expect(world.session().transaction).toBeNull();
    signAll(world);
    world.device.plug();
    await waitFor('power', () => credited(world) > 20);
    world.device.unplug();
    await expectExact(world);
    expect(world.session().stopCause).toBe('unplugged');
  });

  inFull('holds 0 A while nothing is co-signed, and gives power again when it is', async () => {
    const world = await start(11_000);
    world.device.plug();
    world.handOver();
    await waitFor('the pause', () => world.session().current.acceptedA === 0);
    await waitFor('the device to obey', () => world.device.state().powerW === 0);
    const pausedWh = world.device.state().registerWh;
    await waitFor('a reading of all of it', () => world.session().lastReading?.energyWh === pausedWh);
    world.cosign();
    await waitFor('power to flow again', () => credited(world) > pausedWh);
    world.device.unplug();
    await expectExact(world);
  });

  inFull('stops at the end of the slot though the agent is gone for good', async () => {
    const end = Math.floor(Date.now() / 1000) + 5;
    const { times } = planNow(`0x${'22'.repeat(20)}`);
    const world = await start(4_000, { times: { ...times, end, closes: end + 900 } });
    world.device.plug();
    world.handOver();
    await waitFor('the limit to be held', () => (world.session().current.acceptedA ?? 0) > 0);
    await waitFor('power', () => world.device.state().powerW > 0);
    await world.agent.close();
    await waitFor('the device to give nothing', () => world.device.state().powerW === 0);
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(end);
    expect(Date.now() / 1000).toBeLessThan(end + 3);
    const registerWh = world.device.state().registerWh;
    await waitFor('a while', () => Date.now() / 1000 > end + 2);
    expect(world.device.state().registerWh).toBe(registerWh);
  });

  ifAble('reader', 'an unknown tag gets no power, and no session', async () => {
    const world = await start();
    const device = world.device as FullDevice;
    device.plug();
    await seenAs(world, 'Preparing');
    expect(await device.present('STRANGER')).toBe('Invalid');
    world.handOver();
    await waitFor('the own transaction', () => world.session().transaction !== null);
    world.device.unplug();
    await isFinal(world);
    const lines = world.agent.journal.evidence(world.bookingId).join('');
    expect(lines).not.toContain('STRANGER');
  });

  ifAble('signed', 'records signed by the meter reach the evidence and count', async () => {
    const world = await start();
    await waitFor('the meter key', () => world.agent.connectors.find('SIM', 1)?.meterKey);
    world.device.plug();
    world.handOver();
    await waitFor('energy', () => credited(world) > 10);
    world.device.unplug();
    await isFinal(world);
    const tier = () => world.agent.journal.assuranceLevel(world.bookingId);
    await waitFor('the records to count', () => tier() === 'meter-signed');
    const lines = world.agent.journal.evidence(world.bookingId).filter((line) => line.includes('"record"'));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.every((line) => line.includes(TAG))).toBe(true);
  });

  ifAble('faults', 'a meter that counts in kWh, with the noise of a float, is billed to the Wh', async () => {
    const world = await start();
    (world.device as FullDevice).fault('kWh');
    world.device.plug();
    world.handOver();
    signAll(world);
    await waitFor('energy', () => credited(world) > 20);
    world.device.unplug();
    await expectExact(world);
  });

  ifAble(
    'faults',
    'a line torn at the start, in the middle and at the end: nothing is lost or doubled',
    async () => {
      const world = await start();
      const device = world.device as FullDevice;
      device.plug();
      world.handOver();
      signAll(world);
      await waitFor('the start', () => device.state().status === 'Charging');
      device.fault('dropConnection');
      await waitFor('energy over the new line', () => credited(world) > 20);
      device.fault('dropConnection');
      await waitFor('the line to be back', () => world.session().connected);
      device.unplug();
      device.fault('dropConnection');
      await expectExact(world);
    },
  );

  ifAble('reboot', 'a device that loses its mains in mid-session goes on with the same booking', async () => {
    const world = await start();
    world.device.plug();
    world.handOver();
    signAll(world);
    await waitFor('energy', () => credited(world) > 20);
    await world.device.stop();
    await waitFor('the line to be seen gone', () => !world.session().connected);
    const device = await world.connect();
    device.plug();
    const before = device.state().registerWh;
    await waitFor('energy after it', () => {
      world.skip(5);
      return device.state().registerWh > before + 10;
    });
    device.unplug();
    await expectExact({ ...world, device });
  });

  ifAble(
    'reservation',
    'a reserved connector is for nobody else, and is let go of for the driver',
    async () => {
      const world = await start();
      const at = world.nowSec();
      const reservation = { reservationId: 7, idTag: 'NOBODYHASTHISTAG1234' };
      world.agent.sessions.apply(world.bookingId, { type: 'reservable', ...reservation, at });
      await waitFor('the reservation', () => world.device.state().status === 'Reserved');
      await seenAs(world, 'Reserved');
      world.handOver();
      await waitFor('it to be let go of', () => world.session().reservation?.state === 'over');
      world.device.plug();
      await waitFor('energy', () => credited(world) > 5);
      world.device.unplug();
      await expectExact(world);
    },
  );

  ifAble(
    'connectors',
    'two connectors of a box and another box charge at once, each for its own booking',
    async () => {
      const world = await start();
      await world.device.stop();
      const [twin, other] = [
        await world.connect({ id: 'TWIN', connectors: 2, dir: scope.dir() }),
        await world.connect({ id: 'OTHER', dir: scope.dir() }),
      ];
      const places = [
        { chargePointId: 'TWIN', connectorId: 1, device: twin },
        { chargePointId: 'TWIN', connectorId: 2, device: twin },
        { chargePointId: 'OTHER', connectorId: 1, device: other },
      ];
      const { sessions } = world.agent;
      const ids = places.map((_place, index) => `0x${`a${index}`.repeat(32)}` as const);
      for (const [index, { chargePointId, connectorId, device }] of places.entries()) {
        const bookingId = ids[index] as `0x${string}`;
        sessions.open({ ...world.plan, bookingId, chargePointId, connectorId });
        device.plug(connectorId);
        sessions.apply(bookingId, { type: 'connection', connected: true, at: world.nowSec() });
        sessions.receiveStartSecret(bookingId, generatePrivateKey(), `TAG${index}`, world.nowSec());
      }
      for (const bookingId of ids)
        await waitFor('energy', () => (sessions.get(bookingId)?.transaction?.register.creditedWh ?? 0) > 5);
      for (const { device, connectorId } of places) device.unplug(connectorId);
      for (const [index, { device, connectorId }] of places.entries()) {
        const bookingId = ids[index] as `0x${string}`;
        const session = await waitFor('its end', () => {
          const found = sessions.get(bookingId);
          return found?.phase === 'FINAL' && found;
        });
        expect(session.doneWh).toBe(device.state(connectorId).registerWh);
        expect(session.idTag).toBe(`TAG${index}`);
      }
    },
  );
}
