import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { copyAtOnce } from '../../../meter-agent/journal/copy.ts';
import { journalFile } from '../../../meter-agent/journal/database.ts';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('a copy of a journal that is written all the time is consistent', async () => {
  const journal = new Journal(scope.dir());
  scope.onEnd(() => journal.close());
  let count = 0;
  const write = () =>
    journal.atomically(() => {
      count += 1;
      journal.setNote('left', count);
      journal.setNote(`filler ${count % 500}`, 'x'.repeat(2_000));
      journal.setNote('right', count);
    });
  const writing = setInterval(write, 1);
  scope.onEnd(() => clearInterval(writing));
  await waitFor('a journal of some size', () => count > 300);
  const copies = join(scope.dir(), 'copy');
  mkdirSync(copies);
  await journal.copyTo(journalFile(copies));
  clearInterval(writing);
  const copy = new Journal(copies);
  scope.onEnd(() => copy.close());
  expect(copy.note('left')).toBe(copy.note('right'));
  expect(copy.note<number>('left')).toBeGreaterThan(300);
});

test('where writes meet each step of a copy, it is made in one piece, between two turns', async () => {
  const dir = scope.dir();
  const db = new DatabaseSync(join(dir, 'busy.sqlite'));
  scope.onEnd(() => db.close());
  db.exec('PRAGMA journal_mode = WAL; PRAGMA user_version = 7; CREATE TABLE sides (left, right)');
  db.exec('INSERT INTO sides VALUES (0, 0)');
  // A turn is always open, as in a journal whose messages come without a pause.
  const turn = () => {
    if (db.isTransaction) db.exec('UPDATE sides SET right = left; COMMIT');
    db.exec('BEGIN IMMEDIATE; UPDATE sides SET left = left + 1');
  };
  const writing = setInterval(turn, 1);
  const ending = setInterval(() => db.isTransaction && db.exec('UPDATE sides SET right = left; COMMIT'), 5);
  scope.onEnd(() => [writing, ending].forEach((timer) => void clearInterval(timer)));
  turn();
  const file = join(dir, 'copy.sqlite');
  writeFileSync(file, 'what a broken copy left');
  await copyAtOnce(db, file);
  const copy = new DatabaseSync(file);
  scope.onEnd(() => copy.close());
  const { left, right } = copy.prepare('SELECT * FROM sides').get() as Record<string, unknown>;
  expect(left).toBe(right);
  expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 });
});
