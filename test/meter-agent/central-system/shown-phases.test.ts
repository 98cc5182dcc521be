import { expect, test } from 'vitest';
import { keepShownPhases, shownPhasesOf } from '../../../meter-agent/central-system/shown-phases.ts';

/** Notes in memory, with the number of writes. */
function notesInMemory() {
  const notes = new Map<string, unknown>();
  let writes = 0;
  return {
    note: <T>(key: string) => notes.get(key) as T | undefined,
    setNote: (key: string, value: unknown) => {
      writes += 1;
      notes.set(key, value);
    },
    writes: () => writes,
  };
}

const threePhases = new Map([
  ['L1', 1n],
  ['L2', 1n],
  ['L3', 1n],
] as const);

const connector = (index: number, id: number) => ({ id, chargePointId: `CP${index}`, connectorId: 1 });

test('what a transaction has shown is written once, however many connectors charge', () => {
  const notes = notesInMemory();
  const transactions = Array.from({ length: 50 }, (_, index) => connector(index, index + 1));
  for (let round = 0; round < 3; round++) {
    for (const transaction of transactions) {
      const shown = shownPhasesOf(notes, transaction);
      expect(shown.totalOf('energy', new Map(threePhases))).toBe(3n);
      keepShownPhases(notes, transaction, shown);
    }
  }
  expect(notes.writes()).toBe(50);
});

test('a late value of the transaction before is read by what that one has shown', () => {
  const notes = notesInMemory();
  const [before, next] = [connector(1, 7), connector(1, 8)];
  const shown = shownPhasesOf(notes, before);
  shown.totalOf('energy', new Map(threePhases));
  keepShownPhases(notes, before, shown);
  const total = shownPhasesOf(notes, next);
  total.totalOf('energy', new Map([['total', 5n]]));
  keepShownPhases(notes, next, total);
  expect(shownPhasesOf(notes, before).totalOf('energy', new Map([['L1', 9n]]))).toBeUndefined();
  expect(shownPhasesOf(notes, next).totalOf('energy', new Map([['L1', 9n]]))).toBeUndefined();
  expect(shownPhasesOf(notes, connector(2, 8)).totalOf('energy', new Map([['L1', 9n]]))).toBe(9n);
});
