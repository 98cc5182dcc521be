import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import type { DriverParts } from '../../../meter-agent/drivers/driver.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { Scope } from '../support/start-agent.ts';
import { Blueprint } from './blueprint.ts';

const scope = new Scope();
afterEach(() => scope.end());

/** What the driver needs of an agent for one transaction. */
function agentParts(): DriverParts {
  const notes = new Map<string, unknown>();
  const events = {
    admits: () => 'admitted',
    connected: () => {},
    disconnected: () => {},
    status: () => {},
    metered: () => {},
    start: () => ({ transactionId: 1, status: 'Accepted' }),
    written: async () => {},
  };
  const memory = {
    note: (key: string) => notes.get(key),
    setNote: (key: string, value: unknown) => void notes.set(key, value),
  };
  return { events, memory } as unknown as DriverParts;
}

/** A plugged device that says its limit when the test wants it to. */
async function charging() {
  const driver = new Blueprint(agentParts());
  await driver.start();
  scope.onEnd(() => driver.close());
  const socket: Socket = connect(driver.port, '127.0.0.1');
  scope.onEnd(() => void socket.destroy());
  const asked: number[] = [];
  const lines = createInterface({ input: socket });
  lines.on('line', (text) => asked.push(JSON.parse(text).limitA));
  const says = (limitA: number) =>
    socket.write(`${JSON.stringify({ id: 'A', plugged: true, registerWh: 0, powerW: 0, limitA })}\n`);
  says(0);
  const connection = await waitFor('the device to be known', () => driver.connectionOf('A'));
  const limit = (limitA: number) => ({
    limitA,
    phases: 3 as const,
    endsAt: Math.floor(Date.now() / 1000) + 600,
  });
  expect(await connection.remoteStart?.(1, 'TAG', limit(16))).toBe('accepted');
  await waitFor('the first limit', () => asked.length === 1);
  says(16);
  return {
    driver,
    socket,
    asked,
    says,
    limitTo: async (limitA: number) => connection.limitCurrent?.(1, 1, limit(limitA)),
  };
}

test('an echo of the limit before is not taken for the next one’s', async () => {
  const { asked, says, limitTo } = await charging();
  const answered: number[] = [];
  const paused = limitTo(0).then(() => answered.push(0));
  const resumed = limitTo(16).then(() => answered.push(16));
  await waitFor('the pause to be asked for', () => asked.length === 2);
  says(16);
  says(0);
  await paused;
  expect(answered).toEqual([0]);
  await waitFor('the end of the pause to be asked for', () => asked.length === 3);
  says(16);
  await resumed;
  expect(asked).toEqual([16, 0, 16]);
});

test('a device whose connection is reset is gone, and nothing else ends', async () => {
  const { driver, socket } = await charging();
  socket.resetAndDestroy();
  await waitFor('the device to be gone', () => driver.connectionOf('A') === undefined);
});
