import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoredMessages } from '../../../meter-agent/drivers/ocpp/stored-messages.ts';

const NOW = Date.UTC(2026, 10, 29, 12);

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

const madeAt = (sec: number) => new Date(NOW + sec * 1_000).toISOString();
const value = (timestamp: string) => ({ connectorId: 1, meterValue: [{ timestamp, sampledValue: [] }] });

type Heard = readonly [atSec: number, action: string, params: object];

/** Seconds after the connection at which all stored messages count as sent. */
async function sentAfterSec(heard: readonly Heard[]): Promise<number> {
  const stored = new StoredMessages();
  let sentAt: number | undefined;
  void stored.sent().then(() => {
    sentAt = Date.now();
  });
  for (let sec = 1; sec <= 60 && sentAt === undefined; sec += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    for (const [atSec, action, params] of heard) if (atSec === sec) stored.heard(action, params);
  }
  return ((sentAt ?? Number.NaN) - NOW) / 1_000;
}

test('a charge point that sends nothing from before is asked for its meter after three seconds', async () => {
  expect(await sentAfterSec([[2, 'MeterValues', value(madeAt(2))]])).toBe(3);
});

test('what was made before the connection puts the question off until it is quiet', async () => {
  const heard = [2, 4, 6].map((sec): Heard => [sec, 'MeterValues', value(madeAt(-60))]);
  expect(await sentAfterSec(heard)).toBe(9);
});

test('OCPP 2 says itself what is from the time without a connection', async () => {
  expect(await sentAfterSec([[2, 'TransactionEvent', { timestamp: madeAt(5), offline: true }]])).toBe(5);
});

test('a clock that is not set may have made any message before; the wait is bounded', async () => {
  const heard = Array.from({ length: 50 }, (_unused, index): Heard => {
    return [index + 1, 'MeterValues', value('1970-01-01T00:01:00Z')];
  });
  expect(await sentAfterSec(heard)).toBe(30);
});
