import { afterEach, expect, test } from 'vitest';
import { chargePointSec } from '../../../meter-agent/drivers/charge-point-time.ts';

const before = process.env.TZ;
afterEach(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

test("a wallbox's time without a zone is UTC, wherever the agent stands", () => {
  const noon = Date.UTC(2026, 10, 22, 12) / 1000;
  process.env.TZ = 'Asia/Tokyo';
  expect(new Date(2026, 10, 22, 12).getTime() / 1000).toBe(noon - 9 * 3_600);
  for (const text of [
    '2026-11-22T12:00:00',
    '2026-11-22T12:00:00.123456',
    '2026-11-22 12:00:00',
    '2026-11-22T12:00:00Z',
    '2026-11-22T12:00:00.999z',
    '2026-11-22T13:00:00+01:00',
    '2026-11-22T13:00:00+0100',
    '2026-11-22T06:30:00-05:30',
  ]) {
    expect(chargePointSec(text), text).toBe(noon);
  }
});

test('what is no time is none', () => {
  for (const text of ['', 'now', 'Z', '2026-13-01T00:00:00Z']) expect(chargePointSec(text), text).toBeNull();
});
