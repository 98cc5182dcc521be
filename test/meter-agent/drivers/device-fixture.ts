import { expect } from 'vitest';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, CAUTIOUS } from '../support/agent-fixture.ts';
import type { Scope } from '../support/start-agent.ts';

/** What a hand at a wallbox can do, and see. */
export interface Device {
  plug(connectorId?: number): void;
  unplug(connectorId?: number): void;
  state(connectorId?: number): { status: string; powerW: number; registerWh: number };
  /** Takes it off the mains: what it remembers is in `dir`. */
  stop(): Promise<void>;
}

/** One with a card reader, whose connection can be cut, and whose meter can count in kWh. */
export interface FullDevice extends Device {
  present(idTag: string): Promise<string>;
  fault(kind: 'dropConnection' | 'kWh'): void;
}

/** One that stores its values while its connection is cut, and sends them late. */
export interface BufferingDevice extends Device {
  fault(kind: 'cutConnection' | 'restoreConnection' | StoredOrder): void;
  state(): ReturnType<Device['state']> & { storedValues: number };
}

export const STORED_ORDERS = ['sendsStoredLate', 'sendsStoredAfterTrigger'] as const;
export type StoredOrder = (typeof STORED_ORDERS)[number];
/** Three would not show what their order does. */
export const STORED_VALUES = 20;

export interface DeviceOptions {
  id: string;
  dir: string;
  powerW: number;
  connectors?: number;
}

/** What not every protocol has. `signed`: records signed by the meter. */
export type Ability = 'reader' | 'signed' | 'faults' | 'buffers' | 'reservation' | 'connectors' | 'reboot';

export interface Harness {
  name: string;
  abilities: readonly Ability[];
  /** The core of the story alone: another harness tries the same code in full. */
  isBrief?: boolean;
  /** What the agent is given beside its configuration. */
  agent?: NonNullable<Parameters<typeof agentFixture>[1]>['agent'];
  connect(scope: Scope, agentPort: number, options: DeviceOptions): Promise<Device>;
}

/** Minutes at home take seconds here. */
export const SPEED = 100;
export const SPEED_FACTOR = String(SPEED);

export type Fixture = Awaited<ReturnType<typeof prepared>> & { scope: Scope };

export async function prepared(scope: Scope, harness: Harness, powerW: number, change: Partial<Plan> = {}) {
  // At this speed one meter value brings more than the driver allows: the agent looks no value ahead.
  const fast = { maxPowerW: 22_000 * SPEED * 10, sampleSec: 0 };
  const plan = { ...CAUTIOUS, chargePointId: 'SIM', ...fast, ...change };
  const fixture = await agentFixture(scope, {
    plan,
    ...(harness.agent === undefined ? {} : { agent: harness.agent }),
  });
  const options = { id: 'SIM', dir: scope.dir(), powerW };
  const connect = (more: Partial<DeviceOptions> = {}) =>
    harness.connect(scope, fixture.port, { ...options, ...more });
  const device = await connect();
  await waitFor('the device to be on its connection', () => fixture.agent.connectors.isOnline('SIM'));
  return { ...fixture, device, connect, dir: options.dir };
}

export const credited = ({ session }: Pick<Fixture, 'session'>): number => {
  const { doneWh, transaction } = session();
  return doneWh + (transaction?.register.creditedWh ?? 0);
};

export const seenAs = ({ agent }: Fixture, status: string, connectorId = 1) =>
  waitFor(`${status} to be seen`, () => agent.connectors.find('SIM', connectorId)?.status === status);

/** A driver whose phone is awake. */
export function signAll(fixture: Fixture): void {
  const timer = setInterval(() => {
    if (fixture.session().lastReading !== null) fixture.cosign();
  }, 100);
  timer.unref();
  fixture.scope.onEnd(() => clearInterval(timer));
}

export const isFinal = (fixture: Fixture) =>
  waitFor('the final reading', () => fixture.session().phase === 'FINAL' && fixture.session());

/** Exactly what the device's own register says, and no Wh more. */
export async function expectExact(fixture: Fixture, device = fixture.device): Promise<void> {
  expect((await isFinal(fixture)).doneWh).toBe(device.state().registerWh);
  expect(device.state().powerW).toBe(0);
  expect(device.state().registerWh).toBeGreaterThan(0);
}
