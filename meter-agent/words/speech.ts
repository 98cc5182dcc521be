import { learnMessages, type MessageValues, type Reader, renderMessage } from '../../protocol/catalogue.ts';
import de from './de/status.json' with { type: 'json' };
import en from './en/status.json' with { type: 'json' };
import type { Language } from './languages.ts';

learnMessages('en', en);
learnMessages('de', de);

/** What the status page and the command line both say. */
export type StatusWord = keyof typeof en;

/** How a reader is spoken to. */
export interface Speech<Word extends string = StatusWord> {
  language: Language;
  reader: Reader;
  say(word: Word, values?: MessageValues): string;
  /** A moment in the reader's time zone, to the second. */
  moment(sec: number): string;
}

/** Words of a language; times are in a time zone (IANA name), or in that of this machine. */
export function speechIn<Word extends string = StatusWord>(
  language: Language,
  timeZone?: string,
): Speech<Word> {
  const reader = { locale: language, ...(timeZone === undefined ? {} : { timeZone }) };
  return {
    language,
    reader,
    say: (word, values = {}) => renderMessage(word, values, reader),
    moment: (sec) => momentText(sec, language, timeZone),
  };
}

/** English writes 2026-11-29 14:30:05 CET, which sorts; German 29.11.2026, 14:30:05 MEZ. */
function momentText(sec: number, language: Language, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat(language === 'en' ? 'sv-SE' : language, {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short', timeZone },
  } as const);
  return format.format(sec * 1_000);
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
