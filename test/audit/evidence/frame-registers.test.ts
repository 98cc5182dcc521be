import { expect, test } from 'vitest';
import type { Frame } from '../../../audit/evidence/bundle-line.ts';
import { FrameRegisters, signedValuesIn } from '../../../audit/evidence/frame-registers.ts';

const frame = (action: string, payload: unknown): Frame => [2, 'id', action, payload];
const start = (meterStart: unknown) => frame('StartTransaction', { connectorId: 1, meterStart });
const stop = (meterStop: unknown) => frame('StopTransaction', { transactionId: 1, meterStop });
const values = (...samples: object[]) =>
  frame('MeterValues', { connectorId: 1, meterValue: [{ sampledValue: samples }] });
const event = (eventType: string, ...samples: object[]) =>
  frame('TransactionEvent', { eventType, meterValue: [{ sampledValue: samples }] });
const wh = (value: unknown) => ({ value, unitOfMeasure: { unit: 'Wh' } });

function follow(...frames: Frame[]): FrameRegisters {
  const registers = new FrameRegisters();
  for (const each of frames) registers.take(each);
  return registers;
}

/** Two Wh for each beginning are allowed for what whole Wh cut off. */
const ROUNDED = 2;

test.each<[string, Frame[], number]>([
  [
    'Wh and kWh, in texts and numbers',
    [start(1_000), values({ value: '1.5', unit: 'kWh' }), stop(1_800)],
    800,
  ],
  ['a unit that is left out, in whole Wh', [start(1_000), values({ value: '1100' }), stop(1_200)], 200],
  ['noise of a float', [start(0), values({ value: '0.15002000000000001', unit: 'kWh' }), stop(150)], 150],
  [
    'phases without a total',
    [
      start(0),
      values({ value: '0.2', unit: 'kWh', phase: 'L1' }, { value: '0.3', unit: 'kWh', phase: 'L2' }),
      stop(500),
    ],
    500,
  ],
  [
    'other measurands',
    [start(0), values({ value: '9999', measurand: 'Power.Active.Import', unit: 'W' }), stop(5)],
    5,
  ],
  [
    'null and empty text for what is left out',
    [start(0), values({ value: '30', unit: '', phase: null }), stop(40)],
    40,
  ],
  [
    'one value in place of a list',
    [start(0), frame('MeterValues', { meterValue: { sampledValue: { value: '30' } } }), stop(40)],
    40,
  ],
  [
    'two transactions, and what flows between them is nobody’s',
    [start(100), stop(200), start(500), stop(650)],
    250,
  ],
  [
    'a register that begins at 0 again',
    [start(5_000), values({ value: '5100', unit: 'Wh' }), values({ value: '50', unit: 'Wh' }), stop(80)],
    180,
  ],
  [
    'a transaction of OCPP 2, with a multiplier',
    [
      event('Started', wh(1_000)),
      event('Updated', { value: 1.2, unitOfMeasure: { unit: 'Wh', multiplier: 3 } }),
      event('Ended', wh(1_300)),
    ],
    300,
  ],
])('%s: the register rose by that much', (_name, frames, risenWh) => {
  const registers = follow(...frames);
  expect(registers.isClear).toBe(true);
  expect(registers.mostWh - risenWh).toBeGreaterThanOrEqual(0);
  expect(registers.mostWh - risenWh).toBeLessThanOrEqual(2 * ROUNDED);
});

test.each<[string, Frame[]]>([
  ['no start of a transaction', [values({ value: '30', unit: 'Wh' }), stop(40)]],
  ['a fraction without a unit', [start(0), values({ value: '0.5' }), stop(500)]],
  ['a unit that is none of energy', [start(0), values({ value: '5', unit: 'sec' }), stop(500)]],
  ['names of another version', [start(0), frame('MeterValues', { values: [] }), stop(40)]],
  ['a text in place of the start', [start('many'), stop(40)]],
  ['a socket’s own messages', [start(0), frame('mqtt meter', '{"total":3}'), stop(40)]],
])('%s: the frames do not show the register for certain', (_name, frames) => {
  expect(follow(...frames).isClear).toBe(false);
});

test('a unit that is left out leaves only the end of a transaction certain', () => {
  expect(follow(start(0), values({ value: '30' })).isClearBetween).toBe(false);
  expect(follow(start(0), values({ value: '30', unit: 'Wh' })).isClearBetween).toBe(true);
});

test('signed values are found in values, in the data of a stop and in OCPP 2', () => {
  const signed = { value: 'OCMF|{}|{}', format: 'SignedData' };
  expect(signedValuesIn(values(signed, { value: '1' }))).toEqual(['OCMF|{}|{}']);
  expect(
    signedValuesIn(frame('StopTransaction', { transactionData: [{ sampledValue: [signed] }] })),
  ).toHaveLength(1);
  const signedMeterValue = { signedMeterData: 'T0NNRg==', encodingMethod: 'OCMF' };
  expect(signedValuesIn(event('Ended', { value: 1, signedMeterValue }))).toEqual([
    JSON.stringify(signedMeterValue),
  ]);
  expect(signedValuesIn(frame('Heartbeat', {}))).toEqual([]);
  expect(signedValuesIn(frame('MeterValues', 'text'))).toEqual([]);
});
