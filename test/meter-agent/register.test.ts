import { expect, test } from 'vitest';
import { credit, creditStop, openRegister, type Register } from '../../meter-agent/session/register.ts';

const LIMIT_WH = 10_000;

function follow(startWh: number, values: number[], limitWh = LIMIT_WH): Register {
  return values.reduce((register, value) => credit(register, value, limitWh).register, openRegister(startWh));
}

test('a rising total register is credited from its start', () => {
  expect(follow(123_456, [123_466, 123_466, 123_956]).creditedWh).toBe(500);
});

test('a jump beyond power × time is never billed, and the register goes on from there once confirmed', () => {
  expect(follow(0, [100, 900_000]).creditedWh).toBe(100);
  expect(follow(0, [100, 900_000, 900_050]).creditedWh).toBe(150);
});

test('one wild value between good ones costs nothing', () => {
  expect(follow(0, [100, 900_000, 120]).creditedWh).toBe(120);
  expect(follow(0, [100, 0, 120]).creditedWh).toBe(120);
});

test('a register that restarts at 0 and moves again is followed', () => {
  expect(follow(5_000, [5_400, 10, 30]).creditedWh).toBe(430);
  expect(follow(123_456, [10, 30]).creditedWh).toBe(30);
});

test('a register stuck at 0 is no restart', () => {
  expect(follow(5_000, [5_400, 0, 0, 0, 5_450]).creditedWh).toBe(450);
});

test('the stop register decides where it is possible', () => {
  const relative = follow(123_456, [10, 30]);
  expect(creditStop(relative, 123_496, LIMIT_WH).register.creditedWh).toBe(40);
  expect(creditStop(openRegister(1_000), 1_750, LIMIT_WH).register.creditedWh).toBe(750);
});

test('a stop register of 0 or beyond all power takes nothing away and adds nothing', () => {
  const register = follow(1_000, [1_400]);
  expect(creditStop(register, 0, LIMIT_WH)).toMatchObject({
    register: { creditedWh: 400 },
    anomaly: 'register.implausible',
  });
  expect(creditStop(register, 99_999_999, LIMIT_WH).register.creditedWh).toBe(400);
});
