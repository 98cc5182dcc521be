import { expect, test } from 'vitest';
import { charging, PLAN } from '../support/session-harness.ts';

const told = (powerW: number | null, registerWh: number) => ({
  ...({ type: 'metered', transactionId: 1, registerWh, powerW, chargePointAt: null } as const),
});
const aboveListed = (harness: ReturnType<typeof charging>) =>
  harness.effects.flatMap((effect) =>
    effect.do === 'notify' && effect.code === 'POWER_ABOVE_LISTED' ? [effect] : [],
  );

test('a wallbox that gives 36 kW and is listed with 11: the host is told at the first value, the bill stays', () => {
  const harness = charging();
  let registerWh = 1_000;
  for (let sec = 5; sec <= 80; sec += 5) {
    registerWh += 50;
    harness.do(told(36_000, registerWh), 5);
    harness.cosign();
    if (sec === 5)
      expect(aboveListed(harness)).toMatchObject([
        { to: 'host', params: { measuredW: 36_000, listedW: 11_000 } },
      ]);
  }
  expect(aboveListed(harness)).toHaveLength(1);
  expect(harness.readings.at(-1)?.energyWh).toBeLessThanOrEqual(Math.floor((80 * PLAN.maxPowerW) / 3_600));
});

test('without a reported power the register proves it in three values in a row', () => {
  const harness = charging();
  for (const registerWh of [1_050, 1_100]) harness.do(told(null, registerWh), 5);
  expect(aboveListed(harness)).toEqual([]);
  harness.do(told(null, 1_150), 5);
  expect(aboveListed(harness)).toHaveLength(1);
});

test('a register in steps, a jump, and a value in another unit are no greater power', () => {
  const coarse = charging();
  for (let step = 1; step <= 20; step++) coarse.do(told(null, 1_000 + 100 * Math.floor(step / 7)), 5);
  expect(aboveListed(coarse)).toEqual([]);
  const jumped = charging();
  for (const registerWh of [1_010, 9_000, 9_010, 9_020]) jumped.do(told(null, registerWh), 5);
  expect(aboveListed(jumped)).toEqual([]);
  const unit = charging();
  unit.do(told(11_000_000, 1_010), 5);
  expect(aboveListed(unit)).toEqual([]);
  const usual = charging();
  usual.do(told(11_900, 1_010), 5);
  expect(aboveListed(usual)).toEqual([]);
});

test('values that a wallbox kept and sends at once are no greater power', () => {
  const harness = charging();
  for (const kept of [1, 2, 3, 4]) {
    const value = told(null, 1_000 + 15 * kept);
    harness.do({ ...value, chargePointAt: harness.at - 60 + 5 * kept }, 1);
  }
  expect(aboveListed(harness)).toEqual([]);
});
