import { expect, test } from 'vitest';
import { socketSchema } from '../../../meter-agent/config/mqtt.ts';
import { SocketReports } from '../../../meter-agent/drivers/mqtt/socket-reports.ts';

const STATUS = 'plug/status';
const ONLINE = 'plug/online';

const options = socketSchema.parse({
  energy: { topic: STATUS, path: 'total', unit: 'Wh' },
  power: { topic: STATUS, path: 'power' },
  state: { topic: STATUS, path: 'output', whenOn: 'true', whenOff: 'false' },
  switchOn: [{ topic: 'plug/command', payload: 'on,{seconds}' }],
  switchOff: { topic: 'plug/command', payload: 'off' },
  availability: { topic: ONLINE, online: 'true', offline: 'false' },
});

type Said = [topic: string, text: string, isKept?: boolean];
const status = (output: boolean, total: number): Said => [
  STATUS,
  JSON.stringify({ output, power: 0, total }),
];

/** A plug that is on, and what becomes of its switch with each of these messages. */
function after(...said: Said[]) {
  const reports = new SocketReports(options);
  const take = ([topic, text, isKept = false]: Said) => reports.receive(topic, text, isKept).turned;
  take([ONLINE, 'true', true]);
  take(status(true, 80_010));
  const turned = said.map(take);
  return { reports, turned: turned.at(-1) };
}

test('off while the plug was there the whole time was pressed; a slow meter changes nothing about that', () => {
  expect(after(status(false, 80_010)).turned).toBe('pressed');
  expect(after(status(true, 80_020), status(false, 80_020)).turned).toBe('pressed');
  expect(after([STATUS, '{"output":false}']).turned).toBe('pressed');
});

test('off after the plug was away, came again or counts from 0 was switched by nobody', () => {
  expect(after([ONLINE, 'false'], [ONLINE, 'true'], status(false, 0)).turned).toBe('off');
  expect(after([ONLINE, 'true'], status(false, 80_010)).turned).toBe('lostPower');
  expect(after(status(false, 0)).turned).toBe('lostPower');
});

test('once it has reported its switch, a hand is a hand again', () => {
  expect(after([ONLINE, 'true'], status(true, 80_010), status(false, 80_010)).turned).toBe('pressed');
  expect(after(status(false, 0), status(true, 0), status(false, 1)).turned).toBe('pressed');
});

test('a plug that reports is there, though its greeting was lost; what a broker keeps is of no time', () => {
  expect(after([ONLINE, 'false']).reports.isAvailable).toBe(false);
  expect(after([ONLINE, 'false'], status(false, 0)).reports).toMatchObject({
    isAvailable: true,
    isOn: false,
  });
  const [topic, text] = status(true, 80_010);
  expect(after([ONLINE, 'false'], [topic, text, true]).reports.isAvailable).toBe(false);
});
