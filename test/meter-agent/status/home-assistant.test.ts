import { expect, test } from 'vitest';
import { keptMessages } from '../../../meter-agent/status/home-assistant/messages.ts';
import type { Snapshot } from '../../../meter-agent/status/snapshot.ts';
import { discovered } from '../support/discovery-rules.ts';

const AT = 1_800_000_000;

const connector = {
  ...{ connectorId: 1, status: 'Charging', hasMeterKey: false, listingId: null, hasLocation: false },
  ...{ isLent: true, earned: '12500000', pairingCode: null, health: {} },
};
const session = {
  bookingId: '0xab',
  ...{ chargePointId: 'CP1', connectorId: 1, pauseReason: null, cosignedWh: 0, meteredWh: 0, billedWh: 0 },
  ...{ assuranceLevel: 'agent-signed', startsAt: AT - 900, endsAt: AT + 900 },
} as const;

const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  ...{ at: AT, startedAt: AT, rssBytes: 1, agentKey: '0xAB12cd34ef', page: null },
  ocpp: { host: '127.0.0.1', port: 1, isTls: false },
  ledger: { rpcUrl: 'http://a', market: '0x00', chainId: 1, headAt: AT, seenAt: AT, outage: null },
  api: { url: 'http://b', isLinked: true, outage: null },
  queue: { unsignedReadings: 0, unsentReadings: 0, notices: 0, unsettledSessions: 0, outboxMessages: 0 },
  chargePoints: [
    { id: 'CP1', isOnline: true, vendor: 'Maker', model: 'Box', connectors: [connector] },
    { id: 'garage/left #2 "+"', isOnline: false, vendor: 'Maker', model: 'Box', connectors: [connector] },
    { id: 'garage/left #2 "#"', isOnline: false, vendor: 'Maker', model: 'Box', connectors: [connector] },
  ],
  sessions: [
    { ...session, phase: 'CHARGING', energyWh: 4_321, powerW: 10_950.4 },
    { ...session, phase: 'BOOKED', energyWh: 0, powerW: 0, startsAt: AT + 7_200, endsAt: AT + 9_000 },
    { ...session, phase: 'BOOKED', energyWh: 0, powerW: 0, startsAt: AT + 3_600, endsAt: AT + 5_400 },
  ],
  notices: [],
  ...{
    oddStops: { orphans: [], low: [] },
    evidence: null,
    backup: null,
    lastBackupAt: null,
    restore: null,
    room: null,
  },
  ...{ failedDials: [], refusedCards: [] },
  token: { symbol: 'DUSD', decimals: 6 },
  ...change,
});

const told = (of: Snapshot, commands = false) =>
  new Map(
    keptMessages(of, { discoveryPrefix: 'homeassistant', commands }).map(({ topic, payload }) => [
      topic,
      payload,
    ]),
  );

const BASE = 'plugpact/ab12cd34/CP1/1';

test('what is announced keeps the rules of MQTT discovery, whatever a charge point is called', () => {
  for (const commands of [false, true]) {
    const found = discovered(told(snapshot(), commands));
    // Two of the agent, six of each connector.
    expect(found).toHaveLength(2 + 3 * 6);
    expect(new Set(found.flatMap(({ config }) => config.device.identifiers))).toHaveProperty('size', 4);
    const agents = found[0]?.config.device.identifiers;
    for (const { config } of found.slice(2)) expect(agents).toContain(config.device.via_device);
  }
  expect(() => discovered(told(snapshot({ token: null, sessions: [] })))).not.toThrow();
});

test('state, power, energy of the session, next booking, earnings and lending are told as they are', () => {
  const messages = told(snapshot());
  const values = ['status', 'power', 'session_energy', 'next_booking', 'earnings', 'lending'];
  expect(values.map((value) => messages.get(`${BASE}/${value}`))).toEqual([
    ...['Charging', '10950', '4321', '2027-01-15T09:00:00.000Z', '12.50', 'ON'],
  ]);
  expect(messages.get('plugpact/ab12cd34/earnings')).toBe('37.50');
  expect(messages.get('plugpact/ab12cd34/api')).toBe('ON');
  expect(messages.get('plugpact/ab12cd34/CP1/availability')).toBe('online');
});

test('a session that is over keeps its energy until the ledger ends it, and the next one begins at 0', () => {
  const over = { ...session, phase: 'FINAL', energyWh: 5_000, powerW: 0, startsAt: AT - 9_000 };
  const energyOf = (sessions: Snapshot['sessions']) =>
    told(snapshot({ sessions })).get(`${BASE}/session_energy`);
  expect(energyOf([over])).toBe('5000');
  expect(energyOf([{ ...session, phase: 'STARTING', energyWh: 0, powerW: 0 }, over])).toBe('0');
  expect(energyOf([])).toBe('0');
});

test('what is not known is unknown, and never a number', () => {
  const unknown = { ...connector, status: null };
  const chargePoints = [{ id: 'CP1', isOnline: true, vendor: 'V', model: 'M', connectors: [unknown] }];
  const messages = told(snapshot({ chargePoints, sessions: [], token: null }));
  expect(['status', 'next_booking', 'earnings'].map((value) => messages.get(`${BASE}/${value}`))).toEqual([
    ...['None', 'None', 'None'],
  ]);
});

test('lending is a switch where the owner allows commands, and a sensor elsewhere', () => {
  const lending = (commands: boolean) =>
    discovered(told(snapshot(), commands)).filter(({ config }) => config.name === 'Lending');
  expect(lending(false).map(({ component, config }) => [component, config.command_topic])).toEqual([
    ...Array.from({ length: 3 }, () => ['binary_sensor', undefined]),
  ]);
  expect(lending(true)[0]).toMatchObject({
    component: 'switch',
    config: { command_topic: `${BASE}/lending/set` },
  });
});
