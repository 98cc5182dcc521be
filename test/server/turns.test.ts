import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTurns } from '../../server/http/turns.ts';
import { createShutOuts } from '../../server/link/shut-out.ts';

const WAITING = 14;
const PER_ADDRESS = 8;
const PER_TURN = 10;
const MAP = '/api/v1/map/events';

/** Turns that a test takes itself, and requests without sockets. */
function newWorld(bounds = { waiting: WAITING, waitingPerAddress: PER_ADDRESS }) {
  const world = { nowMs: 0, ran: 0, cut: 0, isTimerOn: false, turn: () => {} };
  const turns = createTurns({
    addressOf: (req) => req.socket.remoteAddress ?? '',
    bounds,
    warn: () => undefined,
    nowMs: () => world.nowMs,
    every(_ms, act) {
      expect(world.isTimerOn).toBe(false);
      world.isTimerOn = true;
      world.turn = act;
      return () => {
        world.isTimerOn = false;
      };
    },
  });
  const requestOf = (address: string, url: string) => {
    const destroy = () => {
      world.cut += 1;
    };
    return { method: 'GET', url, socket: { remoteAddress: address, destroy } } as unknown as IncomingMessage;
  };
  const ask = (address: string, url: string) => {
    const res = new EventEmitter() as unknown as ServerResponse;
    turns.enter(requestOf(address, url), res, () => {
      world.ran += 1;
    });
    return res;
  };
  const refuse = (address: string, url: string) => turns.refusedPath(requestOf(address, url));
  const refuseAll = (address: string) => turns.refusedAll(requestOf(address, MAP));
  return { world, ask, refuse, refuseAll };
}

test('nobody waits who was not refused: other addresses and other paths run at once', () => {
  const { world, ask, refuse } = newWorld();
  ask('a', MAP);
  refuse('a', MAP);
  ask('a', `${MAP}?bbox=1,2,3,4`);
  expect(world.ran).toBe(1);
  ask('b', MAP);
  ask('a', '/api/v1/ledger/head');
  expect(world.ran).toBe(3);
  world.turn();
  expect(world.ran).toBe(4);
});

test('an address that has had all of the API waits for all of it, and for nothing else', () => {
  const { world, ask, refuseAll } = newWorld();
  refuseAll('a');
  ask('a', '/api/v1/config');
  ask('a', MAP);
  expect(world.ran).toBe(0);
  ask('a', '/healthz');
  ask('b', MAP);
  expect(world.ran).toBe(2);
  world.turn();
  expect(world.ran).toBe(4);
});

test('ten of a line have their turn at once', () => {
  const { world, ask, refuse } = newWorld({ waiting: 50, waitingPerAddress: 50 });
  refuse('a', MAP);
  for (let i = 0; i < 12; i++) ask('a', MAP);
  world.turn();
  expect(world.ran).toBe(PER_TURN);
  world.turn();
  expect(world.ran).toBe(12);
});

test('a second after the last refusal nothing is left of it, and no timer runs', () => {
  const { world, ask, refuse } = newWorld();
  refuse('a', MAP);
  expect(world.isTimerOn).toBe(true);
  world.nowMs = 999;
  world.turn();
  ask('a', MAP);
  expect(world.ran).toBe(0);
  world.nowMs = 1_000;
  world.turn();
  expect([world.ran, world.isTimerOn]).toEqual([1, false]);
  ask('a', MAP);
  expect(world.ran).toBe(2);
});

const ADDRESSES = ['a', 'b', 'c'] as const;

/** What may happen; `at` chooses one of those that wait. */
const step = fc.record({
  what: fc.constantFrom('ask', 'ask', 'ask', 'ask', 'refuse', 'leave', 'turn'),
  address: fc.constantFrom(...ADDRESSES),
  at: fc.nat(),
  afterMs: fc.constantFrom(0, 100, 1_000),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** An account of who waits, oldest first, beside the one under test. */
function newAccount() {
  const { world, ask, refuse } = newWorld();
  const open: { address: string; res: ServerResponse }[] = [];
  const count = { asked: 0, left: 0, mostOfOne: 0 };
  const ofAddress = (address: string) => open.filter((one) => one.address === address);
  const acts: Record<string, (step: Step) => void> = {
    refuse: ({ address }) => refuse(address, MAP),
    ask({ address }) {
      const before = world.ran + world.cut;
      count.asked += 1;
      const res = ask(address, MAP);
      if (world.ran + world.cut === before) open.push({ address, res });
      count.mostOfOne = Math.max(count.mostOfOne, ofAddress(address).length);
    },
    leave({ at }) {
      const [gone] = open.splice(open.length === 0 ? 0 : at % open.length, 1);
      gone?.res.emit('close');
      count.left += gone === undefined ? 0 : 1;
    },
    turn({ afterMs }) {
      world.nowMs += afterMs;
      if (world.isTimerOn) world.turn();
      else expect(open).toEqual([]);
      for (const address of ADDRESSES)
        for (const one of ofAddress(address).slice(0, PER_TURN)) open.splice(open.indexOf(one), 1);
    },
  };
  return { world, open, count, act: (one: Step) => acts[one.what]!(one) };
}

test('whatever is asked, bounds hold, and each request runs once, is cut off, or went away itself', () => {
  const seen = { mostOfOne: 0, mostOpen: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 160 }), (steps) => {
      const { world, open, count, act } = newAccount();
      const waiting = () => count.asked - world.ran - world.cut - count.left;
      for (const one of steps) {
        act(one);
        expect(waiting()).toBe(open.length);
        seen.mostOpen = Math.max(seen.mostOpen, open.length);
      }
      seen.mostOfOne = Math.max(seen.mostOfOne, count.mostOfOne);
      for (let i = 0; i < 4; i++) act({ what: 'turn', address: 'a', at: 0, afterMs: 1_000 });
      expect([waiting(), world.isTimerOn]).toEqual([0, false]);
    }),
    { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP === undefined ? 200 : 10_000 },
  );
  // The bounds were reached, and kept.
  expect(seen).toEqual({ mostOfOne: PER_ADDRESS, mostOpen: WAITING });
});

test('a key that floods again is shut out for twice as long, a minute at most, and is forgotten after ten', async () => {
  let nowMs = 0;
  const waited: number[] = [];
  const wait = async (ms: number) => {
    waited.push(ms);
    nowMs += ms;
  };
  const shutOuts = createShutOuts({ nowMs: () => nowMs, wait });
  const lefts: number[] = [];
  for (let i = 0; i < 8; i++) {
    shutOuts.add('0xaa');
    lefts.push(await shutOuts.held('0xaa'));
  }
  expect(waited).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
  expect(lefts).toEqual([0, 0, 0, 3_000, 11_000, 27_000, 55_000, 55_000]);
  expect(await shutOuts.held('0xbb')).toBe(0);
  nowMs += 55_000;
  expect(await shutOuts.held('0xaa')).toBe(0);
  expect(waited).toHaveLength(8);
  nowMs += 600_000;
  shutOuts.add('0xaa');
  await shutOuts.held('0xaa');
  expect(waited.at(-1)).toBe(1_000);
});

test('so many keys are remembered as shut out; the oldest are forgotten', async () => {
  const shutOuts = createShutOuts({ nowMs: () => 0, wait: async () => undefined });
  const keyOf = (i: number) => `0x${i.toString(16)}` as const;
  for (let i = 0; i <= 10_000; i++) shutOuts.add(keyOf(i));
  expect(await shutOuts.held(keyOf(0))).toBe(0);
  expect(await shutOuts.held(keyOf(1))).toBe(1_000);
});
