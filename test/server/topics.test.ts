import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBatch } from '../../server/cluster/batch.ts';
import { createTopics } from '../../server/topics.ts';

test('a change of one id calls its own listeners and those of the topic, however many others there are', () => {
  const topics = createTopics();
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  const ends = Array.from({ length: 10_000 }, (_, i) => topics.subscribeTo('booking', `${i}`, count));
  topics.subscribeTo('reading', '7', count);
  const endOfAll = topics.subscribe('booking', count);
  topics.publish('booking', '7');
  expect(calls).toBe(2);
  ends[7]!();
  endOfAll();
  topics.publish('booking', '7');
  expect(calls).toBe(2);
});

test('a listener may end any subscription while it is called', () => {
  const topics = createTopics();
  const heard: string[] = [];
  const end = topics.subscribeTo('booking', '1', () => {
    heard.push('first');
    end();
    endSecond();
  });
  const endSecond = topics.subscribeTo('booking', '1', () => void heard.push('second'));
  topics.publish('booking', '1');
  topics.publish('booking', '1');
  expect(heard).toEqual(['first', 'second']);
  let missed = 0;
  const endMissed = topics.onMissed(() => {
    missed += 1;
  });
  topics.missed();
  endMissed();
  topics.missed();
  expect(missed).toBe(1);
});

test('a batch writes each item once, in order, in parts of at most its size, and tells who added it', async () => {
  const size = fc.integer({ min: 1, max: 5 });
  await fc.assert(
    fc.asyncProperty(size, fc.array(fc.boolean(), { maxLength: 30 }), async (maxItems, fails) => {
      const parts: number[][] = [];
      const batch = createBatch<number>({
        ...{ waitMs: 0, maxItems },
        async write(items) {
          parts.push(items);
          await new Promise(setImmediate);
          if (items.some((item) => fails[item])) throw new Error('not written');
        },
      });
      const settled = Promise.allSettled(fails.map((_, item) => batch.add(item)));
      await batch.flush();
      expect(parts.flat()).toEqual(fails.map((_, item) => item));
      expect(parts.every((part) => part.length <= maxItems)).toBe(true);
      const isLost = (item: number) =>
        parts.find((part) => part.includes(item))!.some((other) => fails[other]);
      expect((await settled).map(({ status }) => status)).toEqual(
        fails.map((_, item) => (isLost(item) ? 'rejected' : 'fulfilled')),
      );
    }),
  );
});
