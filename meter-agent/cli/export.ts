import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlugpactError } from '../../protocol/errors.ts';
import { Journal } from '../journal/journal.ts';
import { fromJson } from '../journal/json.ts';
import { entryWithPresentNames } from '../status/former-names.ts';
import { type HistoryEntry, historyOf } from '../status/history.ts';
import { askSessions } from './ask-agent.ts';
import { csvHead, csvLine } from './csv.ts';
import { jsonEntry } from './json-entry.ts';
import { type Command, configOf, parseFlags, usageError } from './options.ts';
import { say } from './speech.ts';

const text = { type: 'string' } as const;

const FLAGS = {
  format: { type: 'string', default: 'csv' },
  from: text,
  to: text,
  'country-code': { type: 'string', default: 'XX' },
  'party-id': { type: 'string', default: 'PLP' },
  country: { type: 'string', default: 'XXX' },
  city: { type: 'string', default: 'not published' },
  address: { type: 'string', default: 'not published' },
  currency: text,
} as const;

/** All sessions on standard output. */
export const exportSessions: Command = async (args) => {
  const { values } = parseFlags(args, FLAGS);
  const [from, to] = [timeOf('from', values.from) ?? 0, timeOf('to', values.to) ?? Number.POSITIVE_INFINITY];
  const print = await printerOf(values);
  const within = ({ reading, startsAt }: HistoryEntry) => {
    const at = reading?.beganAt ?? startsAt;
    return at >= from && at < to;
  };
  print.begin();
  for await (const entry of entriesOf(configOf(values).dataDir)) if (within(entry)) print.entry(entry);
  print.end();
  return 0;
};

function timeOf(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const millis = Date.parse(value);
  if (!Number.isNaN(millis)) return Math.floor(millis / 1000);
  throw usageError(say('cli.export.date', { flag }), say('cli.export.date.remedy'), value);
}

interface Printer {
  begin(): void;
  entry(entry: HistoryEntry): void;
  end(): void;
}

const put = (chunk: string) => void process.stdout.write(chunk);

async function printerOf(values: { format: string; [flag: string]: unknown }): Promise<Printer> {
  if (values.format === 'csv')
    return { begin: () => put(csvHead()), entry: (e) => put(csvLine(e)), end() {} };
  if (values.format === 'json') return arrayPrinter(jsonEntry);
  if (values.format !== 'ocpi') {
    throw usageError(say('cli.export.format'), say('cli.export.format.remedy'), values.format);
  }
  const { cdrOf, partyOf } = await import('./cdr.ts');
  const party = partyOf(values);
  const now = Math.floor(Date.now() / 1000);
  return arrayPrinter((entry) => cdrOf(entry, party, now));
}

/** A JSON array, one element per line. */
function arrayPrinter(elementOf: (entry: HistoryEntry) => object | undefined): Printer {
  let separator = '\n';
  return {
    begin: () => put('['),
    entry: (entry) => {
      const element = elementOf(entry);
      if (element === undefined) return;
      put(`${separator}${JSON.stringify(element)}`);
      separator = ',\n';
    },
    end: () => put('\n]\n'),
  };
}

/** From the agent while it runs, since its journal is locked; else from the journal. */
async function* entriesOf(dataDir: string): AsyncGenerator<HistoryEntry> {
  const lines = await askSessions(dataDir);
  if (lines !== undefined) {
    for await (const line of lines) yield entryWithPresentNames(fromJson<HistoryEntry>(line));
    return;
  }
  if (!existsSync(join(dataDir, 'journal.sqlite'))) return;
  const journal = openJournal(dataDir);
  try {
    yield* historyOf(journal);
  } finally {
    journal.close();
  }
}

function openJournal(dataDir: string): Journal {
  try {
    return new Journal(dataDir);
  } catch (cause) {
    throw new PlugpactError(
      {
        code: 'export.locked',
        value: dataDir,
        rule: 'The journal is read through the agent while it runs, and directly while it does not.',
        remedy: 'Try again in a moment: the agent seems to start or to end.',
        retry: 'later',
      },
      { cause },
    );
  }
}
