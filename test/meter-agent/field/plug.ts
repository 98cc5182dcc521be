import mqtt from 'mqtt';
import { expect } from 'vitest';
import { parseConfig } from '../../../meter-agent/config/check.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { Broker, socketConfig } from '../support/socket-device.ts';
import type { Scope } from '../support/start-agent.ts';
import type { FieldCase } from './field-case.ts';

type Status = { output: boolean; apower: number; aenergy: { total: number } };

/** A plug on a broker that the test speaks for: what it says is said on the topics of the agent's configuration. */
async function plugWorld(scope: Scope) {
  const broker = new Broker();
  const url = await broker.start();
  scope.onEnd(() => broker.stop());
  const client = await mqtt.connectAsync(url);
  scope.onEnd(() => client.endAsync(true).catch(() => undefined));
  const orders: string[] = [];
  client.on('message', (topic, payload) => {
    if (topic === 'plug/command/switch:0') orders.push(String(payload));
  });
  await client.subscribeAsync('plug/command/#');
  const say = (topic: string, payload: unknown) =>
    client.publishAsync(`plug/${topic}`, typeof payload === 'string' ? payload : JSON.stringify(payload));
  const { mqtt: own } = parseConfig({
    ...{ rpcUrl: 'http://127.0.0.1:1', market: `0x${'11'.repeat(20)}`, apiUrl: 'http://127.0.0.1:1' },
    ...{ ocpp: { port: 0 }, dataDir: '/nowhere' },
    mqtt: { url, sockets: { plug: socketConfig('shelly2') } },
  });
  const plan = { chargePointId: 'plug', maxPowerW: 23_000, sampleSec: 1, fullCurrentA: 10 };
  const fixture = await agentFixture(scope, { plan, config: { mqtt: own } });
  return { ...fixture, orders, say };
}

/** Case 28: what the plug says, with what the agent must make of it. */
export async function plugWithoutMains({ steps }: FieldCase, scope: Scope): Promise<void> {
  const world = await plugWorld(scope);
  const { say, orders, session, skip, agent } = world;
  const told = steps.flatMap((step) =>
    'mqtt' in step ? [step as unknown as { mqtt: string; payload: unknown }] : [],
  );
  const before = told[0]?.payload as Status;
  const status = (payload: Status) => say('status/switch:0', payload);
  const beganWh = before.aenergy.total - 10;
  const reported = (output: boolean, total: number): Status => ({
    ...{ output, apower: output ? before.apower : 0 },
    aenergy: { total },
  });
  // Until the agent listens to the broker.
  await waitFor('the socket to be free', async () => {
    await say('online', 'true');
    await status(reported(false, beganWh));
    return agent.connectors.find('plug', 1)?.status === 'Available';
  });
  world.handOver();
  const onCount = () => orders.filter((order) => order.startsWith('on')).length;
  await waitFor('to be switched on', () => onCount() > 0);
  await status(reported(true, beganWh));
  await waitFor('the transaction', () => session().transaction !== null);
  skip(60);
  for (const { mqtt: topic, payload } of told.slice(0, 3)) await say(topic.replace(/^e1\//, ''), payload);
  const first = onCount();
  await status(told[3]?.payload as Status);
  await waitFor('to be switched on again', () => onCount() > first);
  await status(reported(true, 0));
  for (const total of [3, 6]) {
    skip(10);
    await status(reported(true, total));
  }
  const creditedWh = () => session().doneWh + (session().transaction?.register.creditedWh ?? 0);
  await waitFor('all of it', () => creditedWh() === 16);
  expect(session().phase).toBe('CHARGING');
}
