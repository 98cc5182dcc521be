import { expect, test } from 'vitest';
import { maxPowerOf, randomDelayOf } from '../../../meter-agent/drivers/ocpp16/vendor-settings.ts';
import { powersIn } from '../../../meter-agent/drivers/ocpp201/report.ts';

const of = (settings: Record<string, string | undefined>) =>
  Object.entries(settings).map(([key, value]): [string, { value: string | undefined }] => [key, { value }]);

test.each([
  [{ RandomisedDelayDuration: '600' }, 600],
  [{ 'random-delay': '0' }, 0],
  [{ RandomizedDelayMaxSeconds: '9999' }, 1_800],
  [{ RandomDelayEnabled: 'true', RandomDelay: '120' }, 120],
  [{ RandomisedDelayDuration: undefined }, undefined],
  [{ HeartbeatInterval: '600' }, undefined],
])('the random delay among the settings %j is %j', (settings, sec) => {
  expect(randomDelayOf(of(settings))).toBe(sec);
});

test.each([
  [{ MaxChargingPower: '7400' }, 7_400],
  [{ MaximumPower: '22' }, 22_000],
  [{ rated_power_kW: '7.4' }, 7_400],
  [{ MaxPower: '0' }, undefined],
  [{ MaxPower: 'high' }, undefined],
  [{ MaxPower: '9000000' }, undefined],
  // Without the number of phases a current is no power.
  [{ MaxCurrent: '32', MaxPowerFactor: '7400' }, undefined],
])('the maximum power among the settings %j is %j', (settings, powerW) => {
  expect(maxPowerOf(of(settings))).toBe(powerW);
});

test('of a station’s report only the powers of its EVSEs are read', () => {
  const power = (id: number, maxLimit: unknown, unit = 'W') => ({
    component: { name: 'EVSE', evse: { id } },
    variable: { name: 'Power' },
    variableAttribute: [{ value: '0' }],
    variableCharacteristics: { dataType: 'decimal', supportsMonitoring: true, unit, maxLimit },
  });
  const other = { ...power(1, 5), variable: { name: 'SupplyPhases' } };
  const reportData = [power(1, 22_000), power(2, 7.4, 'kW'), other, power(3, 'many'), null];
  expect(powersIn({ requestId: 1, seqNo: 0, reportData })).toEqual([
    [1, 22_000],
    [2, 7_400],
  ]);
  expect(powersIn(undefined)).toEqual([]);
  expect(powersIn({ reportData: 'none' })).toEqual([]);
});
