import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const COUNT = 10_000;
/** What may wait in the agent: 64 messages, and what came in the same piece of up to 64 KiB, some 150 bytes each. */
const MOST_WAITING = 64 + 450;

test('10,000 messages at once from one charge point are all answered, and the session of another charge point is unharmed', async () => {
  const { agent, port, chargePoint, handOver, session, skip } = await agentFixture(scope, {
    answers: { RemoteStartTransaction: { status: 'Accepted' }, SetChargingProfile: { status: 'Accepted' } },
  });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/CP2`, ['ocpp1.6']);
  scope.onEnd(() => socket.terminate());
  await new Promise((resolve) => socket.once('open', resolve));
  const answered = new Map<string, number>();
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const [type, id] = JSON.parse(String(data)) as [number, string];
      if (type === 3) answered.set(id, (answered.get(id) ?? 0) + 1);
      if (answered.size === COUNT) resolve();
    });
  });
  let [waiting, most] = [0, 0];
  const written = agent.journal.written.bind(agent.journal);
  agent.journal.written = async () => {
    waiting += 1;
    most = Math.max(most, waiting);
    await written();
    waiting -= 1;
  };

  for (let index = 0; index < COUNT; index++) {
    const sampledValue = [{ value: String(index) }];
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }];
    socket.send(JSON.stringify([2, `m${index}`, 'MeterValues', { connectorId: 1, meterValue }]));
  }
  for (let step = 1; step <= 20; step++) {
    skip(30);
    await chargePoint.meter(transactionId, String(1_000 + step));
  }
  await all;
  expect([...answered.values()].every((times) => times === 1)).toBe(true);
  expect(most).toBeLessThanOrEqual(MOST_WAITING);
  expect(session().transaction?.register.creditedWh).toBe(20);
  await chargePoint.stop(transactionId, 1_021, { reason: 'Local' });
  expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 21 });
});

test('a charge point that never reads its answers makes the agent keep little, and others are answered', async () => {
  const { port, chargePoint } = await agentFixture(scope);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/CP2`, ['ocpp1.6']);
  scope.onEnd(() => socket.terminate());
  await new Promise((resolve) => socket.once('open', resolve));
  socket.pause();
  // What goes through when nothing is read: the buffers of both sockets, and what the agent keeps of answers.
  const text = JSON.stringify([2, 'x'.repeat(30_000), 'Heartbeat', {}]);
  let sent = 0;
  // Something waits for a moment as well when the kernel would still take it: what waits has stopped once it is the
  // same after many answers to others.
  const isSlowedDown = async () => {
    const waiting = socket.bufferedAmount;
    if (waiting === 0) return false;
    for (let index = 0; index < 50; index++) await chargePoint.call('Heartbeat', {});
    return socket.bufferedAmount === waiting;
  };
  while (sent < 4_000 && !(await isSlowedDown())) {
    for (let index = 0; index < 20; index++) socket.send(text);
    sent += 20;
    await chargePoint.call('Heartbeat', {});
  }
  expect(sent).toBeLessThan(4_000);
});
