import { expect, test } from 'vitest';
import type { Answer } from '../../../meter-agent/drivers/driver.ts';
import { type LimitForm, LimitForms } from '../../../meter-agent/drivers/ocpp/limit-forms.ts';

const LIMIT = { limitA: 16, phases: 3, endsAt: 2_000_000_000 };
const PAUSE = { ...LIMIT, limitA: 0 };
const textOf = ({ unit, hasEnd }: LimitForm) => `${unit}${hasEnd ? ' to its end' : ''}`;

/** A charge point that takes what `takes` takes, over as many connections as a test makes. */
function newWorld(takes: (form: LimitForm) => Answer) {
  const notes = new Map<string, unknown>();
  const world = {
    refusedEnds: 0,
    sent: [] as string[],
    connect: () =>
      new LimitForms({
        chargePointId: 'CP1',
        memory: {
          note: <T>(key: string) => notes.get(key) as T | undefined,
          setNote: (key, value) => void notes.set(key, value),
        },
        onEndRefused: () => {
          world.refusedEnds += 1;
        },
      }),
    send: (forms: LimitForms, limit = LIMIT) => {
      world.sent = [];
      return forms.send(limit, async (form) => {
        world.sent.push(textOf(form));
        return takes(form);
      });
    },
  };
  return world;
}

test('one that refuses a period of 0 gets limits without it, from the next on first, also over later connections', async () => {
  const world = newWorld(({ unit, hasEnd }) => (unit === 'W' && !hasEnd ? 'accepted' : 'refused'));
  const first = world.connect();
  expect(await world.send(first)).toBe('accepted');
  expect(world.sent).toEqual(['A to its end', 'W to its end', 'A', 'W']);
  expect(await world.send(first)).toBe('accepted');
  expect(world.sent).toEqual(['W']);
  const later = world.connect();
  expect(later.first).toEqual({ unit: 'A', hasEnd: false });
  await world.send(later);
  expect(world.sent).toEqual(['A', 'W']);
  expect(world.refusedEnds).toBe(2);
});

test('one that refuses every limit is tried without an end once for each connection', async () => {
  const world = newWorld(() => 'refused');
  const forms = world.connect();
  expect(await world.send(forms)).toBe('refused');
  expect(world.sent).toHaveLength(4);
  expect(await world.send(forms)).toBe('refused');
  expect(world.sent).toEqual(['A to its end', 'W to its end']);
  expect(world.refusedEnds).toBe(0);
});

test('a pause has no end that could be the reason for its refusal, and silence is no refusal', async () => {
  const refusing = newWorld(() => 'refused');
  await refusing.send(refusing.connect(), PAUSE);
  expect(refusing.sent).toEqual(['A to its end', 'W to its end']);
  const silent = newWorld(() => 'unreachable');
  expect(await silent.send(silent.connect())).toBe('unreachable');
  expect(silent.sent).toHaveLength(1);
});
