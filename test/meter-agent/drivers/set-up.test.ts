import { pino } from 'pino';
import { expect, test } from 'vitest';
import { NotNow } from '../../../meter-agent/drivers/ocpp/calls.ts';
import { SetUp } from '../../../meter-agent/drivers/ocpp/set-up.ts';

const KEYS = ['A', 'B', 'C'];
const WANTED = KEYS.map((key) => [key] as const);

/** A charge point's set-up with a clock, a memory, and whether it is in use, all held by the test. */
function newWorld() {
  const notes = new Map<string, unknown>();
  const world = {
    nowMs: 0,
    isInUse: false,
    health: {} as Record<string, unknown>,
    asked: [] as string[],
    setUp: (mostAtOnce = 1) =>
      new SetUp<readonly [string]>(
        {
          chargePointId: 'CP1',
          events: {
            isInUse: () => world.isInUse,
            healthReported: (_id, _connector, health) => void Object.assign(world.health, health),
          },
          memory: {
            note: <T>(key: string) => notes.get(key) as T | undefined,
            setNote: (key, value) => void notes.set(key, structuredClone(value)),
          },
          log: pino({ level: 'silent' }),
        },
        mostAtOnce,
        () => world.nowMs,
      ),
    change: async (batch: readonly (readonly [string])[]) => {
      world.asked.push(batch.map(([key]) => key).join());
      return [] as string[];
    },
  };
  return world;
}

test('a setting after which the charge point goes away is left alone by every later connection, the others are made', async () => {
  const world = newWorld();
  const first = world.setUp();
  first.begin(WANTED.slice(0, 1));
  await first.proceed(world.change);
  world.nowMs += 9_000;
  first.restarted();
  world.nowMs += 60_000;
  const later = world.setUp();
  expect(world.health.leftSettings).toEqual(['A']);
  later.begin(WANTED, ['A', 'D']);
  await later.proceed(world.change);
  expect(world.asked).toEqual(['A', 'B', 'C']);
  expect(world.health.refusedSettings).toEqual(['D']);
});

test('a connection that is lost long after the last change says nothing about it', async () => {
  const world = newWorld();
  const setUp = world.setUp();
  setUp.begin(WANTED);
  await setUp.proceed(world.change);
  world.nowMs += 10_001;
  setUp.restarted();
  expect(world.health.leftSettings).toBeUndefined();
  setUp.begin(WANTED);
  await setUp.proceed(world.change);
  expect(world.asked).toEqual(['A', 'B', 'C', 'A', 'B', 'C']);
});

test.each([1, Number.POSITIVE_INFINITY])(
  'where several settings may be the reason they are changed one at a time until the one is found (%d in one call)',
  async (mostAtOnce) => {
    const world = newWorld();
    const restartsAt = 'B';
    for (let boot = 0; boot < 2; boot++) {
      const setUp = world.setUp(mostAtOnce);
      setUp.begin(WANTED);
      for (let message = 0; message < 20 && world.asked.at(-1) !== restartsAt; message++) {
        if (setUp.isDue) await setUp.proceed(world.change);
        if (boot === 0) break;
        world.nowMs += 3_000;
      }
      world.nowMs += 2_000;
      setUp.restarted();
      world.nowMs += 5_000;
      if (boot === 0) expect(world.health.leftSettings).toBeUndefined();
    }
    expect(world.health.leftSettings).toEqual([restartsAt]);
  },
);

test('nothing is changed while a charge is asked for or runs; what waits is changed afterwards', async () => {
  const world = newWorld();
  const setUp = world.setUp();
  setUp.begin(WANTED);
  await setUp.proceed(async (batch) => {
    // A start is asked for after the first change.
    world.isInUse = true;
    return world.change(batch);
  });
  expect([world.asked, setUp.isDue, world.health.refusedSettings]).toEqual([['A'], false, undefined]);
  world.isInUse = false;
  // It begins again at the moment at which the call would be made.
  await setUp.proceed(async () => {
    throw new NotNow();
  });
  expect(setUp.isDue).toBe(true);
  await setUp.proceed(world.change);
  expect(world.asked).toEqual(['A', 'B', 'C']);
  expect(world.health.refusedSettings).toEqual([]);
});

test('a setting whose answer never came because the charge point went away is the reason too', async () => {
  const world = newWorld();
  const setUp = world.setUp();
  setUp.begin(WANTED);
  const proceeding = setUp.proceed(async () => {
    setUp.restarted();
    throw new Error('Client disconnected');
  });
  await expect(proceeding).rejects.toThrow('disconnected');
  expect(world.health.leftSettings).toEqual(['A']);
  expect(setUp.isDue).toBe(false);
});

test('a refused setting is no reason for a restart', async () => {
  const world = newWorld();
  const setUp = world.setUp();
  setUp.begin(WANTED.slice(0, 2));
  await setUp.proceed(async ([setting]) => (setting?.[0] === 'A' ? ['A'] : []));
  setUp.restarted();
  expect(world.health).toMatchObject({ leftSettings: ['B'], refusedSettings: ['A'] });
});

test('of several settings before a restart the one that was forgotten by it is the reason', async () => {
  const world = newWorld();
  const first = world.setUp();
  first.begin(WANTED);
  await first.proceed(world.change);
  first.restarted();
  const later = world.setUp();
  later.begin(WANTED, [], ['B', 'D']);
  expect(world.health.leftSettings).toEqual(['B']);
  await later.proceed(world.change);
  expect(world.asked).toEqual(['A', 'B', 'C', 'A', 'C']);
});
