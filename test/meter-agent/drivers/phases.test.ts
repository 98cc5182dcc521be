import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSample, type SampledValue } from '../../../meter-agent/drivers/meter.ts';
import { ShownPhases } from '../../../meter-agent/drivers/phases.ts';

const wh = (value: string, phase?: string): SampledValue => ({
  value,
  unit: 'Wh',
  ...(phase === undefined ? {} : { phase }),
});
const power = (value: string, phase?: string): SampledValue => ({
  ...wh(value, phase),
  unit: 'W',
  measurand: 'Power.Active.Import',
});

test.each([
  ['of one phase and no total is the register', [wh('1000040', 'L1')], 1_000_040],
  ['of three phases and no total is their sum', [wh('10', 'L1'), wh('20', 'L2-N'), wh('30', 'L3')], 60],
  ['of two phases and no total is their sum', [wh('10', 'L1'), wh('20', 'L2')], 30],
  ['with a total is the total', [wh('10', 'L1'), wh('20', 'L2'), wh('31')], 31],
  ['between phases, or of the neutral, is none', [wh('10', 'L1-L2'), wh('10', 'N')], undefined],
  ['of a phase that comes twice counts once', [wh('10', 'L1'), wh('10', 'L1-N')], 10],
])('a register %s', (_name, values, expected) => {
  expect(readSample(values).registerWh).toBe(expected);
});

test('fractions of phases are added before they are cut off', () => {
  const kwh = (value: string, phase: string) => ({ ...wh(value, phase), unit: 'kWh' });
  const values = [kwh('0.0006', 'L1'), kwh('0.0006', 'L2'), kwh('0.0008', 'L3')];
  expect(readSample(values).registerWh).toBe(2);
});

test('where a phase is missing that was shown before there is no register; power goes its own way', () => {
  const shown = new ShownPhases();
  const all = [wh('10', 'L1'), wh('20', 'L2'), wh('30', 'L3'), power('2300', 'L1')];
  expect(readSample(all, 0, { shown })).toMatchObject({ registerWh: 60, powerW: 2_300 });
  const some = readSample([wh('11', 'L1'), wh('21', 'L2'), power('2310', 'L1')], 0, { shown });
  expect(some).toMatchObject({ registerWh: undefined, powerW: 2_310 });
  expect(readSample([wh('12', 'L1'), wh('22', 'L2'), wh('32', 'L3')], 0, { shown }).registerWh).toBe(66);
});

test('once a total was shown, a sample of phases alone is none, also after a restart', () => {
  const shown = new ShownPhases();
  expect(readSample([wh('60')], 0, { shown }).registerWh).toBe(60);
  const again = new ShownPhases(shown.changed);
  expect(readSample([wh('20', 'L1')], 0, { shown: again }).registerWh).toBeUndefined();
  expect(again.changed).toBeUndefined();
});

test('of honest phases, some of them left out at times, no register is ever above their sum or below an earlier one', () => {
  const phases = ['L1', 'L2', 'L3'] as const;
  const rise = fc.record({
    risen: fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50)),
    sends: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  });
  fc.assert(
    fc.property(fc.array(rise, { minLength: 1, maxLength: 20 }), (steps) => {
      const shown = new ShownPhases();
      const registers = [0, 0, 0];
      let lastWh = 0;
      // The first sample shows all: what was never shown cannot be missed.
      for (const { risen, sends } of [{ risen: [1, 1, 1], sends: [true, true, true] }, ...steps]) {
        risen.forEach((moreWh, index) => {
          registers[index] = (registers[index] ?? 0) + moreWh;
        });
        const values = phases.flatMap((phase, index) =>
          sends[index] ? [wh(String(registers[index]), phase)] : [],
        );
        const { registerWh } = readSample(values, 0, { shown });
        if (registerWh === undefined) continue;
        expect(registerWh).toBe(registers.reduce((sum, valueWh) => sum + valueWh, 0));
        expect(registerWh).toBeGreaterThanOrEqual(lastWh);
        lastWh = registerWh;
      }
    }),
    { seed: 20_261_129, numRuns: 200 },
  );
});
