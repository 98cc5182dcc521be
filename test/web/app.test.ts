import { describe, expect, it } from 'vitest';
import { problemOf } from '../../server/web/app/api.ts';
import { eventParser } from '../../server/web/app/events.ts';
import { hrefOf, parseRoute, type Route } from '../../server/web/app/route.ts';
import {
  dayOf,
  distance,
  duration,
  energy,
  exactMoney,
  money,
  power,
  stars,
  stopwatch,
  timeOf,
  whenOf,
} from '../../server/web/app/units.ts';

const TOKEN = { address: '0x3333333333333333333333333333333333333333', symbol: 'DUSD', decimals: 6 } as const;

/** Parses a stream in pieces of `size` characters. */
function eventsOf(stream: string, size: number): [string, unknown][] {
  const events: [string, unknown][] = [];
  const parse = eventParser((name, data) => events.push([name, data]));
  for (let at = 0; at < stream.length; at += size) parse(stream.slice(at, at + size));
  return events;
}

describe('server-sent events', () => {
  const stream =
    ': hello\n\nevent: reading\ndata: {"seq":1}\n\nevent: session\ndata: {"a":\ndata: 2}\n\ndata: 3\n\nevent: lost\n\n';

  it.each([1, 2, 7, 1_000])('are the same in pieces of %i characters', (size) => {
    expect(eventsOf(stream, size)).toEqual([
      ['reading', { seq: 1 }],
      ['session', { a: 2 }],
      ['message', 3],
    ]);
  });

  it.each([1, 5, 1_000])('have ids, which are told after their event, in pieces of %i', (size) => {
    const text = 'id: 7\nevent: charger\ndata: 1\n\ndata: 2\n\nid: 9\ndata: 3\n\n';
    const told: unknown[] = [];
    const parse = eventParser(
      (_name, data) => told.push(data),
      (id) => told.push(`id ${id}`),
    );
    for (let at = 0; at < text.length; at += size) parse(text.slice(at, at + size));
    expect(told).toEqual([1, 'id 7', 2, 3, 'id 9']);
  });

  it.each([1, 3, 1_000])('may end their lines with CR LF, in pieces of %i', (size) => {
    expect(eventsOf('event: session\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n', size)).toEqual([
      ['session', 1],
      ['message', 2],
    ]);
  });
});

describe('an answer that is an error', () => {
  it('keeps code, detail and remedy of a problem document', () => {
    const text = JSON.stringify({
      code: 'agent.offline',
      detail: 'No link.',
      remedy: 'Wait.',
      title: 'x',
      status: 503,
    });
    expect(problemOf(503, text)).toMatchObject({
      code: 'agent.offline',
      rule: 'No link.',
      remedy: 'Wait.',
      retry: 'later',
    });
  });

  it('has only its status when its body is something else', () => {
    expect(problemOf(404, '<html>')).toMatchObject({ code: 'api.status404', retry: 'never' });
  });
});

describe('addresses of pages', () => {
  const id = `0x${'ab'.repeat(32)}` as const;
  const routes: Route[] = [
    { page: 'map' },
    { page: 'charger', listingId: id },
    { page: 'booking', bookingId: id },
    { page: 'bookings' },
    { page: 'host' },
    { page: 'accounts' },
    { page: 'audit' },
  ];

  it.each(routes)('lead back to $page', (route) => {
    expect(parseRoute(hrefOf(route))).toEqual(route);
  });

  it.each(['#/charger/0x12', '#/nothing', '', '#/booking/<script>'])(
    'that are not valid show the map: %s',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: 'map' });
    },
  );
});

describe('quantities for reading', () => {
  it('truncate money and never round it up', () => {
    expect(money(1_999_999n, TOKEN)).toBe('1.99');
    expect(money('250000', TOKEN)).toBe('0.25');
    expect(money(18_700n, TOKEN, 4)).toBe('0.0187');
  });

  it('show every significant digit of exact money', () => {
    expect(exactMoney(7_220_750n, TOKEN)).toBe('7.22075\u00a0DUSD');
    expect(exactMoney(5_000_000n, TOKEN)).toBe('5.00\u00a0DUSD');
  });

  it('have their unit', () => {
    expect([energy(1_234), energy(20_000, 0), power(11_000), power(3_700), power(900)]).toEqual([
      '1.23\u00a0kWh',
      '20\u00a0kWh',
      '11\u00a0kW',
      '3.7\u00a0kW',
      '900\u00a0W',
    ]);
    expect([duration(8_100), duration(7_200), duration(900), duration(39)]).toEqual([
      '2 h 15 min',
      '2 h',
      '15 min',
      '39 s',
    ]);
    expect([stopwatch(25), stopwatch(3_725)]).toEqual(['0:25', '1:02:05']);
  });
  it('are a place only as exactly as it is known, and stars never rounded up', () => {
    expect([distance(3), distance(740), distance(1_240), distance(24_600)]).toEqual([
      '50\u00a0m',
      '750\u00a0m',
      '1.2\u00a0km',
      '25\u00a0km',
    ]);
    expect(stars(469)).toBe('4.6');
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 6, 1, 22, 30) / 1_000;
  const zoneAhead = (utcOffset: number) => ({ utcOffset, offsetChangesAt: 0, utcOffsetAfter: 0 });
  const ownQuarters = -new Date(at * 1_000).getTimezoneOffset() / 15;

  it('are those of the charger where its zone is given, which is said where it is another', () => {
    expect(timeOf(at, zoneAhead(ownQuarters))).toBe(timeOf(at));
    expect(timeOf(at, zoneAhead(ownQuarters + 4))).toBe(`${timeOf(at + 3_600)} at the charger`);
    expect(dayOf(at, zoneAhead(8))).toBe('Thu, Jul 2');
    const changes = { utcOffset: 8, offsetChangesAt: at, utcOffsetAfter: 4 };
    expect(dayOf(at - 1, changes)).toBe('Thu, Jul 2');
    expect(dayOf(at, changes)).toBe('Wed, Jul 1');
  });

  it('say the day unless it is today', () => {
    expect(whenOf(at, at)).toBe(`today ${timeOf(at)}`);
    expect(whenOf(at, at + 200_000)).toBe(`${dayOf(at)}, ${timeOf(at)}`);
  });
});
