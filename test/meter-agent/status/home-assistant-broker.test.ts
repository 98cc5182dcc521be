import mqtt from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { parseConfig } from '../../../meter-agent/config/check.ts';
import { evseStatus } from '../../../meter-agent/link/health.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { discovered } from '../support/discovery-rules.ts';
import { Broker } from '../support/socket-device.ts';
import { Scope, startAgent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** A broker, and Home Assistant on it: a client that knows what the broker keeps. */
async function home() {
  const broker = new Broker();
  const url = await broker.start();
  scope.onEnd(() => broker.stop());
  const client = await mqtt.connectAsync(url);
  scope.onEnd(() => client.endAsync(true));
  const kept = new Map<string, string>();
  client.on('message', (topic, payload) => {
    if (payload.length === 0) kept.delete(topic);
    else kept.set(topic, payload.toString());
  });
  await client.subscribeAsync('#', { qos: 1 });
  return { broker, url, client, kept };
}

type Home = Awaited<ReturnType<typeof home>>;

const configOf = ({ url }: Home, change: object = {}) =>
  parseConfig({
    rpcUrl: 'http://127.0.0.1:1',
    market: `0x${'11'.repeat(20)}`,
    apiUrl: 'http://127.0.0.1:1',
    ocpp: { port: 0 },
    dataDir: '/nowhere',
    homeAssistant: { url, ...change },
  }).homeAssistant;

async function shown(at: Home, change: object = {}) {
  const fixture = await agentFixture(scope, { config: { homeAssistant: configOf(at, change) } });
  await fixture.chargePoint.status('Available', 1);
  const base = `plugpact/${fixture.agent.key.account.address.slice(2, 10).toLowerCase()}`;
  // Lending is the last that is told of it.
  await waitFor('the connector', () => at.kept.has(`${base}/CP1/1/lending`));
  await waitFor('its status', () => at.kept.get(`${base}/CP1/1/status`) === 'Available');
  return { ...fixture, base };
}

test('an agent announces itself and its connectors, follows its sessions, and is offline once it has gone', async () => {
  const at = await home();
  const { agent, base, chargePoint, handOver } = await shown(at);
  expect(discovered(at.kept).map(({ config }) => config.name)).toEqual(
    expect.arrayContaining(['Status', 'Power', 'Session energy', 'Next booking', 'Earnings', 'Lending']),
  );
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  await chargePoint.status('Charging', 1);
  await chargePoint.meter(transactionId, '1060');
  await waitFor('the energy', () => at.kept.get(`${base}/CP1/1/session_energy`) === '60');
  await waitFor('the state', () => at.kept.get(`${base}/CP1/1/status`) === 'Charging');
  await agent.close();
  await waitFor('its last will', () => at.kept.get(`${base}/availability`) === 'offline');
});

test('lending is paused and resumed by command where the owner allows it, over a restart too, and never by a kept command', async () => {
  const at = await home();
  const { agent, base, config } = await shown(at, { commands: true });
  const status = () => {
    const connector = agent.connectors.find('CP1', 1);
    return connector && evseStatus(connector, true, false);
  };
  const topic = `${base}/CP1/1/lending/set`;
  await waitFor('the switch', () => at.kept.get(`${base}/CP1/1/lending`) === 'ON');
  await at.client.publishAsync(topic, 'OFF', { qos: 1 });
  await waitFor('the pause', () => at.kept.get(`${base}/CP1/1/lending`) === 'OFF');
  expect(status()).toBe('BLOCKED');
  await agent.close();
  // Of an earlier time: the client that left it there does not command the agent of now.
  await at.client.publishAsync(topic, 'ON', { qos: 1, retain: true });
  const again = (await startAgent(scope, config)).agent;
  await waitFor('the agent', () => at.kept.get(`${base}/availability`) === 'online');
  await at.client.publishAsync(topic, 'neither', { qos: 1 });
  expect(again.connectors.find('CP1', 1)?.isLent).toBe(false);
  await at.client.publishAsync(topic, 'ON', { qos: 1 });
  await waitFor('lending', () => at.kept.get(`${base}/CP1/1/lending`) === 'ON');
  expect(again.connectors.find('CP1', 1)?.isLent).toBe(true);
});

test('without the owner’s leave a command changes nothing, and nothing can be commanded', async () => {
  const at = await home();
  const { agent, base } = await shown(at);
  await at.client.publishAsync(`${base}/CP1/1/lending/set`, 'OFF', { qos: 1 });
  await waitFor('the command', () => at.kept.has(`${base}/CP1/1/lending/set`));
  expect(discovered(at.kept).some(({ component }) => component === 'switch')).toBe(false);
  expect(agent.connectors.find('CP1', 1)?.isLent).toBe(true);
});

test('a broker that forgot everything gets it again, and one that the configuration no longer names keeps nothing', async () => {
  const at = await home();
  const { agent, base, config } = await shown(at);
  const before = at.kept.size;
  at.kept.clear();
  await at.client.publishAsync('homeassistant/status', 'online', { qos: 1 });
  await waitFor('all of it again', () => at.kept.size > before);
  expect(discovered(at.kept).length).toBeGreaterThan(7);
  await agent.close();
  const { homeAssistant: _none, ...without } = config;
  const gone = (await startAgent(scope, without as typeof config)).agent;
  const left = () => [...at.kept.keys()].filter((topic) => topic !== 'homeassistant/status');
  await waitFor('nothing to be kept', () => left().length === 0);
  await waitFor('the note to go', () => gone.journal.note<unknown[]>('homeAssistant')?.length === 0);
  expect(left().some((topic) => topic.startsWith(base))).toBe(false);
});
