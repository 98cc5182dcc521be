import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../../meter-agent/config/check.ts';
import {
  energyWhOf,
  stopsByItself,
  valueAt,
  withSeconds,
} from '../../../meter-agent/drivers/mqtt/messages.ts';
import { MqttSocket } from '../../../meter-agent/drivers/mqtt/socket.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Broker, SocketDevice, socketConfig } from '../support/socket-device.ts';
import { charging, credited, type SocketWorld, socketWorld, stopped } from '../support/socket-world.ts';
import { Scope, silent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** Readings are made in intervals, which the agent's clock goes through at once. */
const readingOfAll = ({ session, device, skip }: SocketWorld, beganWh: number): Promise<boolean> =>
  waitFor('a reading of all of it', () => {
    skip(1);
    return session().lastReading?.energyWh === device.registerWh - beganWh;
  });

for (const kind of ['shelly2', 'tasmota', 'plain'] as const) {
  test(`${kind}: switched on for its booking, held at 0 A, on again, stopped: to the Wh of its meter`, async () => {
    const fixture = await charging(scope, kind);
    const { device, session, cosign, agent, bookingId, nowSec } = fixture;
    const beganWh = session().registers?.beginWh ?? 0;
    expect(beganWh).toBe(1_500);
    // The agent has accepted the command before the device has it.
    await waitFor('the pause', () => session().current.acceptedA === 0 && !device.isOn);
    await readingOfAll(fixture, beganWh);
    cosign();
    await waitFor('power again', () => device.isOn);
    agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
    await waitFor('the final reading', () => session().phase === 'FINAL');
    await waitFor('the plug to be off', () => !device.isOn);
    expect(session().stopCause).toBe('driver');
    // A plug that reports its meter after it is off is waited for.
    expect(session().doneWh).toBe(device.registerWh - beganWh);
    expect(session().idTag).toBe(TAG);
  });
}

test('what is switched off by hand stays off: the session ends', async () => {
  const fixture = await charging(scope, 'shelly2');
  const { device, session, cosign } = fixture;
  const beganWh = session().registers?.beginWh ?? 0;
  await waitFor('the pause', () => session().current.acceptedA === 0);
  await readingOfAll(fixture, beganWh);
  // So little that no further pause, which would switch it off too, comes before the hand does.
  device.powerW = 10;
  cosign();
  await waitFor('power', () => device.isOn && session().current.acceptedA !== 0);
  device.press();
  await waitFor('the final reading', () => session().phase === 'FINAL');
  await waitFor('the plug to be off', () => !device.isOn);
});

test('a command to switch on that the broker keeps is removed: its booking is served, and the plug stays off after it', async () => {
  const fixture = await socketWorld(scope, 'plain');
  const { broker, device, connectors } = fixture;
  await broker.keep('plug/set', 'on');
  await waitFor('the plug to be on', () => connectors.find('plug', 1)?.status === 'Charging');
  fixture.handOver();
  await waitFor('power of the booking', () => credited(fixture) > 3);
  await stopped(fixture);
  await device.restart(true);
  await waitFor('its meter at 0', () => connectors.find('plug', 1)?.status === 'Available');
  await fixture.agent.journal.written();
  await waitFor('the plug to be off', () => !device.isOn);
});

test('a plug that is switched on while its booking may take nothing is switched off at once', async () => {
  const fixture = await charging(scope, 'shelly2');
  const { device, session } = fixture;
  // Not a pause for a value that is late, which ends by itself.
  const isUnsigned = () => session().pause?.reason === 'UNSIGNED';
  await waitFor('the pause', () => isUnsigned() && session().current.acceptedA === 0 && !device.isOn);
  // Nothing that the session itself would see.
  device.powerW = 0;
  device.press();
  await waitFor('the plug to be off', () => !device.isOn);
  expect(session()).toMatchObject({ phase: 'CHARGING', current: { acceptedA: 0, isPausedByStop: false } });
});

test('an off that gets lost on its way is said again, for each of its reasons, until the plug is off', async () => {
  const fixture = await charging(scope, 'plain', undefined, {});
  const { broker, device, session } = fixture;
  broker.loseNext('plug/set', 'off');
  await stopped(fixture);
  expect(broker.hasLost).toBe(true);
  await waitFor('the plug to be off', () => !device.isOn);
  expect(session()).toMatchObject({ stopCause: 'driver', doneWh: device.registerWh - 1_500 });
});

test('what is switched on in a pause is switched off, though the first off gets lost', async () => {
  const fixture = await charging(scope, 'shelly2');
  const { broker, device, session } = fixture;
  const isUnsigned = () => session().pause?.reason === 'UNSIGNED';
  await waitFor('the pause', () => isUnsigned() && session().current.acceptedA === 0 && !device.isOn);
  device.powerW = 0;
  broker.loseNext('plug/command/switch:0', 'off');
  device.press();
  await waitFor('the plug to be off', () => broker.hasLost && !device.isOn);
});

test("the owner's own load is neither billed nor switched, and blocks the socket", async () => {
  const fixture = await socketWorld(scope, 'shelly2');
  fixture.device.press();
  await waitFor('it to be seen', () => fixture.connectors.find('plug', 1)?.status === 'Charging');
  fixture.handOver();
  await waitFor('the start to be refused', () => fixture.session().startAnswer === 'refused');
  expect(fixture.session().transaction).toBeNull();
  expect(fixture.device.isOn).toBe(true);
});

test('an agent that dies is switched off for, by its last will at the broker', async () => {
  const { device, broker } = await charging(scope, 'plain');
  broker.cut('plugpact-');
  await waitFor('the plug to be off', () => !device.isOn);
});

test('a connection to the broker that breaks pauses the charge; it goes on when it is back, and no Wh is doubled', async () => {
  const fixture = await charging(scope, 'tasmota', 8);
  const { device, broker, session, cosign, connectors, agent, bookingId, nowSec } = fixture;
  cosign();
  await broker.stop();
  await waitFor('the connection to be seen gone', () => !connectors.isOnline('plug'));
  // No broker, no will: the plug's own timer ends it.
  await waitFor('the plug to be off', () => !device.isOn);
  await broker.start();
  await waitFor('power again', () => {
    fixture.skip(5);
    if (session().lastReading !== null) cosign();
    return device.isOn;
  });
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  await waitFor('the final reading', () => session().phase === 'FINAL');
  expect(session().doneWh).toBe(device.registerWh - 1_500);
});

test('a plug with a timer is renewed while its agent is there, and stops without it', async () => {
  const broker = new Broker();
  const url = await broker.start();
  scope.onEnd(() => broker.stop());
  const device = new SocketDevice(scope, url, 'shelly2', 20);
  const { agent } = await agentFixture(scope);
  const started = { transactionId: 7, status: 'Accepted' as const };
  const events = new Proxy({} as never, {
    get: (_desk, call) =>
      call === 'written' ? async () => {} : () => (call === 'start' ? started : undefined),
  });
  const [config] = Object.values(
    parseConfig({
      rpcUrl: 'http://127.0.0.1:1',
      market: `0x${'11'.repeat(20)}`,
      apiUrl: 'http://127.0.0.1:1',
      ocpp: { port: 0 },
      dataDir: '/nowhere',
      mqtt: { url, sockets: { plug: socketConfig('shelly2') } },
    }).mqtt?.sockets ?? {},
  );
  if (config === undefined) throw new Error('no socket');
  const nowSec = () => Math.floor(Date.now() / 1000);
  const parts = { events, memory: agent.journal, log: silent, nowSec, times: { renewMs: 200 } };
  const socket = new MqttSocket('plug', config, { url, sockets: {} }, parts);
  const limit = { limitA: 10, phases: 1, endsAt: Math.floor(Date.now() / 1000) + 3_600 };
  await waitFor('the start', async () => (await socket.remoteStart(1, TAG, limit)) === 'accepted');
  const first = device.offAtMs ?? 0;
  await waitFor('the time to be renewed', () => (device.offAtMs ?? 0) > first + 150);
  expect(device.isOn).toBe(true);
  // Part of the current is nothing that a socket can give.
  expect(await socket.limitCurrent(1, 7, { ...limit, limitA: 6 })).toBe('refused');
  await broker.stop();
  await socket.close();
  await waitFor('the plug to be off', () => !device.isOn);
});

test('a socket is offered as a household socket of at most 10 A, whatever connects under its name', async () => {
  const { agent, port } = await socketWorld(scope, 'plain');
  const found = agent.pairing.offers(new Set()).find(({ connector }) => connector.chargePointId === 'plug');
  expect(found?.offer).toMatchObject({
    connectorStandard: 'DOMESTIC_F',
    powerType: 'AC_1_PHASE',
    maxPowerW: 2_300,
    meterKey: '0x',
  });
  await expect(new ScriptedChargePoint(port, 'plug').connect()).rejects.toThrow();
});

test('a configuration that makes a wallbox of a socket is refused', () => {
  const parsed = (change: object, more: object = {}) =>
    parseConfig({
      rpcUrl: 'http://127.0.0.1:1',
      market: `0x${'11'.repeat(20)}`,
      apiUrl: 'http://127.0.0.1:1',
      ocpp: { port: 0 },
      dataDir: '/nowhere',
      mqtt: { url: 'mqtt://127.0.0.1', sockets: { plug: { ...socketConfig('plain'), ...change } } },
      ...more,
    });
  expect(parsed({}).mqtt?.sockets.plug?.maxPowerW).toBe(2_300);
  expect(() => parsed({ maxPowerW: 2_301 })).toThrow(/10 A/);
  expect(() => parsed({ connectorStandard: 'IEC_62196_T2' })).toThrow(/household socket/);
  expect(() => parsed({ energy: { topic: 'plug/energy' } })).toThrow(/unit/);
  expect(() => parsed({ switchOff: { topic: 'plug/#', payload: 'off' } })).toThrow(/one topic/);
  expect(() => parsed({}, { chargePoints: { plug: { connectors: { 1: {} } } } })).toThrow(/not a wallbox/);
});

test('every example of the documentation is a configuration, and its device stops by itself where it says so', () => {
  const text = readFileSync(join(ROOT, 'docs/sockets.md'), 'utf8');
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => parse(yaml) as object);
  const sockets = examples.map((example) => {
    const { mqtt } = parseConfig({
      rpcUrl: 'http://127.0.0.1:1',
      market: `0x${'11'.repeat(20)}`,
      apiUrl: 'http://127.0.0.1:1',
      ocpp: { port: 0 },
      dataDir: '/nowhere',
      ...example,
    });
    return Object.values(mqtt?.sockets ?? {});
  });
  expect(sockets.flat().map(stopsByItself)).toEqual([true, true, true, false]);
});

test('what a message says is read exactly, and what it does not say is nothing', () => {
  expect(valueAt('12.5', undefined)).toBe('12.5');
  expect(valueAt('{"a":{"b":0}}', 'a.b')).toBe('0');
  expect(valueAt('{"on":false}', 'on')).toBe('false');
  for (const message of ['', '{', 'null', '[1]', '{"a":{"b":{}}}', '{"a":1}']) {
    expect(valueAt(message, 'a.b')).toBeUndefined();
  }
  expect(valueAt('{}', 'constructor.name')).toBeUndefined();
  expect(withSeconds('on,{seconds}', 60)).toBe('on,60');
  expect(withSeconds('{seconds+100}', 60)).toBe('160');
});

test('energy is whole Wh, rounded down, in the unit that was written down', () => {
  expect(energyWhOf('1.2349', 'kWh')).toBe(1_234);
  expect(energyWhOf('0.15002000000000001', 'kWh')).toBe(150);
  expect(energyWhOf('1234.9', 'Wh')).toBe(1_234);
  expect(energyWhOf('599', 'Wmin')).toBe(9);
  for (const text of ['', '-1', 'NaN', '1,5', 'ON', '1e99']) expect(energyWhOf(text, 'Wh')).toBeUndefined();
});
