import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  UnitlessRegisters,
  type UnitMemory,
} from '../../../meter-agent/central-system/unitless-registers.ts';

const RUNS = { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 20_000 : 300 };
const MAX_POWER_W = 11_000;

function memory(): UnitMemory {
  const notes = new Map<string, unknown>();
  return {
    note: <T>(key: string) => notes.get(key) as T | undefined,
    setNote: (key, value) => void notes.set(key, value),
  };
}

/** What each value of a charge is read as, a value every `sec` seconds, until all of them are known to the reader. */
function read(
  values: { value: string; powerW?: number }[],
  sec = 10,
  registers = new UnitlessRegisters(memory()),
): (number | undefined)[] {
  return values.map(({ value, powerW }, index) => {
    const at = 1_800_000_000 + index * sec;
    const limitWh = Math.floor((MAX_POWER_W * index * sec * 1.1) / 3_600) + 100;
    const connector = { chargePointId: 'CP1', connectorId: 1 };
    return registers.decimalsOf({
      ...connector,
      transactionId: 1,
      value,
      powerW,
      maxPowerW: MAX_POWER_W,
      limitWh,
      at,
    });
  });
}

/** Energy at this power, in a unit with so many decimals of it. */
const charge = (powerW: number, decimals: number, digits: number, values = 30) =>
  Array.from({ length: values }, (_unused, index) => ({
    value: ((powerW * index * 10) / 3_600 / 10 ** decimals).toFixed(digits),
  }));

const withPower = (values: { value: string }[], powerW: number) =>
  values.map((value) => ({ ...value, powerW }));

test('whole Wh without a unit are Wh, as the standard says', () => {
  expect(new Set(read(charge(11_000, 0, 0)))).toEqual(new Set([0]));
  expect(new Set(read(withPower(charge(11_000, 0, 0), 11_000)))).toEqual(new Set([0]));
});

test('a fraction is Wh once it would be impossible in kWh', () => {
  const decimals = read(charge(7_400, 0, 1));
  expect(decimals.slice(0, 2)).toEqual([0, 0]);
  expect(new Set(decimals.slice(1))).toEqual(new Set([0]));
});

test('a fraction of kWh is kWh where the power shows it, and never Wh', () => {
  const decimals = read(withPower(charge(7_400, 3, 3), 7_400));
  expect(decimals.at(-1)).toBe(3);
  expect(decimals.slice(1)).not.toContain(0);
  expect(read(charge(7_400, 3, 3)).slice(1)).not.toContain(0);
});

test('whole kWh are not believed as Wh where the power shows more, and read as kWh at the first of them', () => {
  const decimals = read(withPower(charge(11_000, 3, 0, 60), 11_000));
  expect(decimals.slice(0, 3)).toEqual([0, 0, 0]);
  expect(decimals.slice(6, 16).every((known) => known === undefined)).toBe(true);
  expect(decimals.at(-1)).toBe(3);
});

test('what is known survives a restart of the agent', () => {
  const notes = memory();
  read(withPower(charge(7_400, 3, 3), 7_400), 10, new UnitlessRegisters(notes));
  expect(read([{ value: '0.700' }], 10, new UnitlessRegisters(notes))).toEqual([3]);
});

test('a power in the wrong unit decides nothing', () => {
  const decimals = read(withPower(charge(7_400, 0, 1), 7_400_000));
  expect(decimals).not.toContain(3);
});

test('no true register in Wh is ever read as kWh, and none in kWh as Wh, whatever power is reported in its unit', () => {
  const drawn = fc.record({
    decimals: fc.constantFrom(0, 3),
    watts: fc.array(fc.integer({ min: 1_400, max: MAX_POWER_W }), { minLength: 2, maxLength: 40 }),
    isTimely: fc.boolean(),
  });
  fc.assert(
    fc.property(drawn, ({ decimals, watts, isTimely }) => {
      let wh = 0;
      const values = watts.map((powerW) => {
        wh += (powerW * 10) / 3_600;
        const value = (wh / 10 ** decimals).toFixed(decimals === 0 ? 1 : 3);
        return isTimely ? { value, powerW } : { value };
      });
      const others = read(values).filter((known) => known !== undefined && known !== decimals);
      expect(others).toEqual([]);
    }),
    RUNS,
  );
});
