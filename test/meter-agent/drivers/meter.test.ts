import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSample } from '../../../meter-agent/drivers/meter.ts';
import { scaleRoundedDown } from '../../../meter-agent/lib/decimal.ts';

/** An oracle of another kind: text arithmetic, digit by digit, no BigInt powers. */
function oracle(whole: bigint, fraction: string, decimals: number): bigint {
  return BigInt(`${whole}${`${fraction}${'0'.repeat(decimals)}`.slice(0, decimals)}`);
}

const digits = fc.stringMatching(/^[0-9]{0,20}$/);

test('any decimal text becomes whole Wh exactly, rounded down', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 12n), digits, fc.constantFrom(0, 3), (whole, fraction, decimals) => {
      const text = fraction === '' ? `${whole}` : `${whole}.${fraction}`;
      expect(scaleRoundedDown(text, decimals)).toBe(oracle(whole, fraction, decimals));
    }),
    { seed: 20_261_122, numRuns: 2_000 },
  );
});

test('an exponent moves the point and nothing else', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 9n), fc.integer({ min: 0, max: 9 }), (value, exponent) => {
      expect(scaleRoundedDown(`${value}e${exponent}`, 0)).toBe(value * 10n ** BigInt(exponent));
      expect(scaleRoundedDown(`${value}e-${exponent}`, exponent)).toBe(value);
    }),
    { seed: 20_261_122, numRuns: 500 },
  );
});

test.each(['', 'NaN', '-1', '1,5', '0x10', '1e99', '1.2.3', 'Infinity', ' ', '9'.repeat(61)])(
  'refuses %j as a meter value',
  (text) => {
    expect(() => scaleRoundedDown(text, 3)).toThrow(expect.objectContaining({ code: 'meter.notNumber' }));
  },
);

const register = (values: Parameters<typeof readSample>[0], meterStartWh?: number) =>
  readSample(values, meterStartWh).registerWh;

test.each([
  ['kWh with the noise of floats', [{ value: '0.15002000000000001', unit: 'kWh' }], 150],
  ['kWh', [{ value: '12.345', unit: 'kWh' }], 12_345],
  ['Wh', [{ value: '12345', unit: 'Wh' }], 12_345],
  ['Wh with a fraction', [{ value: '12345.9', unit: 'Wh' }], 12_345],
  ['no unit: Wh by the standard', [{ value: '12345' }], 12_345],
  ['no measurand: the energy register by the standard', [{ value: '7', unit: 'Wh' }], 7],
  ['another measurand', [{ value: '7', measurand: 'Voltage', unit: 'V' }], undefined],
  ['the energy register in a unit that is none of energy', [{ value: '7', unit: 'V' }], undefined],
  ['no number', [{ value: 'abc', unit: 'Wh' }], undefined],
  [
    'a phase is no total',
    [
      { value: '5', unit: 'Wh', phase: 'L1' },
      { value: '15', unit: 'Wh' },
    ],
    15,
  ],
  ['a register inside the box is not the outlet', [{ value: '5', location: 'Inlet' }, { value: '9' }], 9],
] as const)('reads the register: %s', (_name, values, expected) => {
  expect(register([...values])).toBe(expected);
});

test('a fraction without a unit is kWh where only that fits the start of the transaction', () => {
  expect(register([{ value: '123.5' }], 123_400)).toBe(123_500);
  expect(register([{ value: '123.5' }], 120)).toBe(123);
});

test('signed containers are handed on unchanged and are no registers', () => {
  const sample = readSample([{ value: '{"signedMeterData":"x"}', format: 'SignedData' }, { value: '5' }]);
  expect(sample).toEqual({ registerWh: 5, powerW: undefined, signed: ['{"signedMeterData":"x"}'] });
});

test('power is read in W or kW', () => {
  expect(readSample([{ value: '7.36', unit: 'kW', measurand: 'Power.Active.Import' }]).powerW).toBe(7_360);
  expect(readSample([{ value: '7360', measurand: 'Power.Active.Import' }]).powerW).toBe(7_360);
});
