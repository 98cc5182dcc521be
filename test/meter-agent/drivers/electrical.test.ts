import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measuredOf } from '../../../meter-agent/drivers/electrical.ts';
import { shiftedDecimal } from '../../../meter-agent/lib/decimal.ts';

test('values are kept as precisely as they were told, under their quantity, unit and phase', () => {
  const values = [
    { value: '229.850', measurand: 'Voltage', unit: 'V', phase: 'L1-N' },
    { value: '399.1', measurand: 'Voltage', phase: 'L1-L2' },
    { value: '15.02', measurand: 'Current.Import', unit: 'A', phase: 'L1' },
    { value: '10.9995', measurand: 'Power.Active.Import', unit: 'kW' },
    { value: '7', measurand: 'Power.Active.Import', unit: 'W', location: 'Inlet' },
    { value: '-3.5', measurand: 'Temperature', unit: 'Celsius', location: 'Body' },
    { value: '86', measurand: 'Temperature', unit: 'Fahrenheit', location: 'Cable' },
    { value: '86', measurand: 'Temperature', unit: 'Percent' },
    { value: 'warm', measurand: 'Temperature' },
    { value: '5', measurand: 'SoC' },
    { value: '12', unit: 'Wh' },
    { value: '{"signedMeterData":"x"}', measurand: 'Voltage', format: 'SignedData' as const },
    { value: '230', measurand: 'Voltage', phase: 'L1-N' },
  ];
  expect(measuredOf(values)).toEqual({
    voltageV: { 'L1-N': '229.850', 'L1-L2': '399.1' },
    currentA: { L1: '15.02' },
    powerW: { total: '10999.5', 'total Inlet': '7' },
    temperatureC: { Body: '-3.5' },
    temperatureF: { Cable: '86' },
  });
});

test('moving the point changes nothing else', () => {
  expect(shiftedDecimal('0.15002e3', 0)).toBe('150.02');
  expect(shiftedDecimal('5e-3', 0)).toBe('0.005');
  expect(shiftedDecimal('0.5', 3)).toBe('500');
  expect(shiftedDecimal('1,5', 0)).toBeUndefined();
  fc.assert(
    fc.property(
      fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
      fc.nat(6),
      fc.nat(6),
      (digits, places, more) => {
        // An oracle by the text itself: the same digits, the point somewhere else.
        const sign = digits < 0 ? '-' : '';
        const text = String(Math.abs(digits)).padStart(places + 1, '0');
        const written = `${sign}${text.slice(0, text.length - places)}.${text.slice(text.length - places)}`;
        const shifted = shiftedDecimal(written, more) ?? '';
        const [whole = '', fraction = ''] = shifted.replace('-', '').split('.');
        expect(fraction).toHaveLength(Math.max(0, places - more));
        expect(BigInt(`${whole}${fraction}`)).toBe(
          BigInt(Math.abs(digits)) * 10n ** BigInt(Math.max(0, more - places)),
        );
        expect(shifted.startsWith('-')).toBe(digits < 0);
      },
    ),
    { seed: 20_261_129, numRuns: 300 },
  );
});
