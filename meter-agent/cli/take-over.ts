import { setTimeout as delay } from 'node:timers/promises';
import { PlugpactError } from '../../protocol/errors.ts';
import { journalFile } from '../journal/database.ts';
import { isJournalFree } from '../journal/journal-facts.ts';
import { askTakeover } from './ask-agent.ts';

const LOOK_MS = 100;
/** An agent that ends waits for what it is writing. */
const ENDS_WITHIN_MS = 30_000;

/** Takes the place of the agent of an "init"; refuses to take that of another "run". */
export async function takeOver(dataDir: string): Promise<void> {
  const answer = await askTakeover(dataDir);
  if (answer === undefined) return;
  if (!answer) throw runsAlready(dataDir);
  const giveUpMs = performance.now() + ENDS_WITHIN_MS;
  while (!isJournalFree(journalFile(dataDir))) {
    if (performance.now() > giveUpMs) throw runsAlready(dataDir);
    await delay(LOOK_MS);
  }
}

const runsAlready = (dataDir: string): PlugpactError =>
  new PlugpactError({
    code: 'agent.runs',
    value: dataDir,
    rule: 'One agent at a time uses a data folder, and one runs already.',
    remedy: 'See "plugpact-agent status". Stop that one first if this one should run.',
  });
