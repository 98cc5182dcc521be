import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChargePointClock } from '../../../meter-agent/drivers/ocpp/clock.ts';

const NOW = 1_800_000_000;

test('messages that were kept for hours, of any rhythm, say nothing about a clock that is right', () => {
  const rhythmSec = fc.integer({ min: 1, max: 900 });
  fc.assert(
    fc.property(rhythmSec, fc.integer({ min: 1, max: 90 }), (everySec, count) => {
      const clock = new ChargePointClock();
      const firstSec = Math.min(everySec * count, 80_000);
      for (let late = firstSec; late > 60; late -= everySec) {
        clock.observe(NOW - late, NOW + Math.floor((firstSec - late) / everySec / 20));
        expect(clock.isRight).toBe(true);
      }
      clock.began('tx', NOW - firstSec, NOW);
      expect(clock.startedAt('tx', NOW)).toBe(NOW - firstSec);
    }),
  );
});

test('a clock that is an hour behind is known for it by its rhythm, one ahead or years behind at once', () => {
  const behind = new ChargePointClock();
  for (let sec = 0; sec <= 10; sec += 5) behind.observe(NOW + sec - 3_600, NOW + sec);
  expect(behind).toMatchObject({ isRight: false, isDoubtful: false, offsetSec: -3_600 });
  behind.began('tx', NOW - 3_600, NOW + 10);
  expect(behind.startedAt('tx', NOW + 10)).toBe(NOW);
  // One message that comes late does not make it doubtful again.
  behind.observe(NOW + 11 - 3_600, NOW + 40);
  expect(behind).toMatchObject({ isRight: false, offsetSec: -3_600 });
  for (const offsetSec of [3_600, -1_700_000_000]) {
    const clock = new ChargePointClock();
    clock.observe(NOW + offsetSec, NOW);
    expect(clock).toMatchObject({ isRight: false, offsetSec });
  }
});
