import { generatePrivateKey } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { planNow, TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';
import {
  type Ability,
  type BufferingDevice,
  credited,
  expectExact,
  type FullDevice,
  type Harness,
  isFinal,
  prepared,
  SPEED,
  STORED_ORDERS,
  STORED_VALUES,
  seenAs,
  signAll,
} from './device-fixture.ts';

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
    const fixture = await start();
    fixture.device.plug();
    await seenAs(fixture, 'Preparing');
    expect(fixture.device.state().powerW).toBe(0);
    fixture.handOver();
    signAll(fixture);
    await waitFor('power', () => credited(fixture) > 20);
    expect(fixture.session().registers?.beginWh).toBe(0);
    fixture.agent.sessions.apply(fixture.bookingId, { type: 'stopAsked', at: fixture.nowSec() });
    await expectExact(fixture);
    expect(fixture.session().stopCause).toBe('driver');
  });

  inFull('started first, plugged in later, unplugged', async () => {
    const fixture = await start();
    await seenAs(fixture, 'Available');
    fixture.handOver();
    await waitFor('the start to be accepted', () => fixture.session().startAnswer === 'accepted');
    expect(fixture.session().transaction).toBeNull();
    signAll(fixture);
    fixture.device.plug();
    await waitFor('power', () => credited(fixture) > 20);
    fixture.device.unplug();
    await expectExact(fixture);
    expect(fixture.session().stopCause).toBe('unplugged');
  });

  inFull('holds 0 A while nothing is co-signed, and gives power again when it is', async () => {
    const fixture = await start(11_000);
    fixture.device.plug();
    fixture.handOver();
    // On a busy machine the meter may be late: a pause for its silence ends by itself, and is not waited for.
    // At this speed a late value may look like a jump: it counts at the stop, and not before.
    const pausedWh = await waitFor('the pause, and a reading of all that counts', () => {
      const { powerW, registerWh } = fixture.device.state();
      const { current, lastReading, transaction } = fixture.session();
      const isPaused = current.acceptedA === 0 && powerW === 0 && transaction?.register.lastWh === registerWh;
      const countedWh = credited(fixture);
      return isPaused && countedWh > 0 && lastReading?.energyWh === countedWh && countedWh;
    });
    fixture.cosign();
    await waitFor('power to flow again', () => credited(fixture) > pausedWh);
    fixture.device.unplug();
    await expectExact(fixture);
  });

  inFull('stops at the end of the slot though the agent is gone for good', async () => {
    const end = Math.floor(Date.now() / 1000) + 5;
    const { times } = planNow(`0x${'22'.repeat(20)}`);
    const fixture = await start(4_000, { times: { ...times, end, closes: end + 900 } });
    fixture.device.plug();
    fixture.handOver();
    await waitFor('the limit to be held', () => (fixture.session().current.acceptedA ?? 0) > 0);
    await waitFor('power', () => fixture.device.state().powerW > 0);
    await fixture.agent.close();
    await waitFor('the device to give nothing', () => fixture.device.state().powerW === 0);
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(end);
    const registerWh = fixture.device.state().registerWh;
    await waitFor('a while', () => Date.now() / 1000 > end + 2);
    expect(fixture.device.state().registerWh).toBe(registerWh);
  });

  ifAble('reader', 'an unknown tag gets no power, and no session', async () => {
    const fixture = await start();
    const device = fixture.device as FullDevice;
    device.plug();
    await seenAs(fixture, 'Preparing');
    expect(await device.present('STRANGER')).toBe('Invalid');
    fixture.handOver();
    await waitFor('the own transaction', () => fixture.session().transaction !== null);
    fixture.device.unplug();
    await isFinal(fixture);
    const lines = fixture.agent.journal.evidence(fixture.bookingId).join('');
    expect(lines).not.toContain('STRANGER');
  });

  ifAble('signed', 'records signed by the meter reach the evidence and count', async () => {
    const fixture = await start();
    await waitFor('the meter key', () => fixture.agent.connectors.find('SIM', 1)?.meterKey);
    fixture.device.plug();
    fixture.handOver();
    await waitFor('energy', () => credited(fixture) > 10);
    fixture.device.unplug();
    await isFinal(fixture);
    const level = () => fixture.agent.journal.assuranceLevel(fixture.bookingId);
    await waitFor('the records to count', () => level() === 'meter-signed');
    const lines = fixture.agent.journal
      .evidence(fixture.bookingId)
      .filter((line) => line.includes('"record"'));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.every((line) => line.includes(TAG))).toBe(true);
  });

  ifAble('faults', 'a meter that counts in kWh, with the noise of a float, is billed to the Wh', async () => {
    const fixture = await start();
    (fixture.device as FullDevice).fault('kWh');
    fixture.device.plug();
    fixture.handOver();
    signAll(fixture);
    await waitFor('energy', () => credited(fixture) > 20);
    fixture.device.unplug();
    await expectExact(fixture);
  });

  ifAble(
    'faults',
    'a connection lost at the start, in the middle and at the end: nothing is lost or doubled',
    async () => {
      const fixture = await start();
      const device = fixture.device as FullDevice;
      device.plug();
      fixture.handOver();
      signAll(fixture);
      await waitFor('the start', () => device.state().status === 'Charging');
      device.fault('dropConnection');
      await waitFor('energy over the new connection', () => credited(fixture) > 20);
      device.fault('dropConnection');
      await waitFor('the connection to be back', () => fixture.session().connected);
      device.unplug();
      device.fault('dropConnection');
      await expectExact(fixture);
    },
  );

  ifAble(
    'buffers',
    'values that were stored without a connection count once, whenever they are sent',
    async () => {
      // The meter cannot be silent for its interval here: power is stopped by what is counted alone.
      const { limits } = planNow(`0x${'22'.repeat(20)}`);
      const fixture = await start(4_000, { limits, maxPowerW: 22_000 * SPEED });
      const device = fixture.device as BufferingDevice;
      const aboveWh: number[] = [];
      fixture.agent.sessions.changes.add(() => {
        aboveWh.push(credited(fixture) - device.state().registerWh);
      });
      device.plug();
      fixture.handOver();
      signAll(fixture);
      await waitFor('power', () => credited(fixture) > 20);
      for (const order of STORED_ORDERS) {
        device.fault(order);
        device.fault('cutConnection');
        await waitFor('the connection to be seen gone', () => !fixture.session().connected);
        await waitFor('values to be stored', () => device.state().storedValues > STORED_VALUES);
        const storedWh = device.state().registerWh;
        device.fault('restoreConnection');
        await waitFor('them to be sent', () => device.state().storedValues === 0);
        await waitFor('values after them', () => credited(fixture) > storedWh);
      }
      device.unplug();
      await expectExact(fixture);
      expect(Math.max(...aboveWh)).toBeLessThanOrEqual(0);
      expect(fixture.agent.journal.evidence(fixture.bookingId).join('')).not.toContain('"anomaly"');
    },
  );

  ifAble('reboot', 'a device that loses its mains in mid-session goes on with the same booking', async () => {
    const fixture = await start();
    fixture.device.plug();
    fixture.handOver();
    signAll(fixture);
    await waitFor('energy', () => credited(fixture) > 20);
    await fixture.device.stop();
    await waitFor('the connection to be seen gone', () => !fixture.session().connected);
    const device = await fixture.connect();
    device.plug();
    const before = device.state().registerWh;
    await waitFor('energy after it', () => {
      fixture.skip(5);
      return device.state().registerWh > before + 10;
    });
    device.unplug();
    await expectExact({ ...fixture, device });
  });

  ifAble('reservation', 'a reserved connector is released for its driver only', async () => {
    const fixture = await start();
    const at = fixture.nowSec();
    const reservation = { reservationId: 7, idTag: 'NOBODYHASTHISTAG1234' };
    fixture.agent.sessions.apply(fixture.bookingId, { type: 'reservable', ...reservation, at });
    await waitFor('the reservation', () => fixture.device.state().status === 'Reserved');
    await seenAs(fixture, 'Reserved');
    fixture.handOver();
    await waitFor('its release', () => fixture.session().reservation?.state === 'over');
    fixture.device.plug();
    await waitFor('energy', () => credited(fixture) > 5);
    fixture.device.unplug();
    await expectExact(fixture);
  });

  ifAble('connectors', 'three connectors of two charge points serve a booking each', async () => {
    const fixture = await start();
    await fixture.device.stop();
    const [twin, other] = [
      await fixture.connect({ id: 'TWIN', connectors: 2, dir: scope.dir() }),
      await fixture.connect({ id: 'OTHER', dir: scope.dir() }),
    ];
    const connectors = [
      { chargePointId: 'TWIN', connectorId: 1, device: twin },
      { chargePointId: 'TWIN', connectorId: 2, device: twin },
      { chargePointId: 'OTHER', connectorId: 1, device: other },
    ];
    const { sessions } = fixture.agent;
    const ids = connectors.map((_connector, index) => `0x${`a${index}`.repeat(32)}` as const);
    for (const [index, { chargePointId, connectorId, device }] of connectors.entries()) {
      const bookingId = ids[index] as `0x${string}`;
      sessions.open({ ...fixture.plan, bookingId, chargePointId, connectorId });
      device.plug(connectorId);
      sessions.apply(bookingId, { type: 'connection', connected: true, at: fixture.nowSec() });
      sessions.receiveStartSecret(bookingId, generatePrivateKey(), `TAG${index}`, fixture.nowSec());
    }
    for (const bookingId of ids)
      await waitFor('energy', () => (sessions.get(bookingId)?.transaction?.register.creditedWh ?? 0) > 5);
    for (const { device, connectorId } of connectors) device.unplug(connectorId);
    for (const [index, { device, connectorId }] of connectors.entries()) {
      const bookingId = ids[index] as `0x${string}`;
      const session = await waitFor('its end', () => {
        const found = sessions.get(bookingId);
        return found?.phase === 'FINAL' && found;
      });
      expect(session.doneWh).toBe(device.state(connectorId).registerWh);
      expect(session.idTag).toBe(`TAG${index}`);
    }
  });
}
