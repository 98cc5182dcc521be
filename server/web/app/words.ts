import type { ReactNode } from 'react';
import { createIntl } from 'react-intl';
import type { messages as English } from '../messages/en.ts';
import { load, save } from './storage.ts';

/** Languages that the page has a catalogue of. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;
export type MessageId = keyof typeof English;

/** What the list needs is loaded before the page begins, all else when it is first asked for. */
const FIRST = {
  en: () => import('../messages/enFirst.ts'),
  de: () => import('../messages/deFirst.ts'),
} as const;
const REST = {
  en: () => import('../messages/enRest.ts'),
  de: () => import('../messages/deRest.ts'),
} as const;

const isLanguage = (code: unknown): code is Language => typeof code === 'string' && code in LANGUAGES;

/** The language that was chosen on this device, else the first of the browser's that there is, else English. */
export function chosenLanguage(
  preferred: readonly string[] = globalThis.navigator?.languages ?? [],
): Language {
  const chosen = globalThis.localStorage === undefined ? undefined : load<string>('language');
  if (isLanguage(chosen)) return chosen;
  return preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

/** Keeps the choice. The page is loaded again, since texts are made once and kept in many places. */
export function chooseLanguage(language: Language): void {
  save('language', language);
  location.reload();
}

export const language = chosenLanguage();

/** What a browser says may be no valid tag (`en-US@posix`). */
const isValid = (tag: string): boolean => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag);

/** Numbers and dates as in the browser's own region where that has the page's language. */
export const LOCALE =
  globalThis.navigator?.languages?.find((tag) => tag.toLowerCase().startsWith(language) && isValid(tag)) ??
  language;

let messages: Partial<Record<MessageId, string>> = (await FIRST[language]()).messages;
let intl = createIntl({ locale: LOCALE, messages });
let rest: Promise<void> | undefined;
let isWhole = false;

async function loadRest(): Promise<void> {
  const loaded = await REST[language]();
  messages = { ...messages, ...loaded.messages };
  intl = createIntl({ locale: LOCALE, messages });
  isWhole = true;
}

/** Loads the messages of what is opened after the list. Lost on their way, they are asked for again by the next call. */
export function allWords(): Promise<void> {
  rest ??= loadRest().catch((error) => {
    rest = undefined;
    throw error;
  });
  return rest;
}

export const hasAllWords = (): boolean => isWhole;

/** Loads code that has words, behind them: some of its texts are made as it begins. */
export async function withWords<T>(load: () => Promise<T>): Promise<T> {
  await allWords();
  return load();
}

// Programs without a page have nothing to show before the rest.
if (globalThis.document === undefined) await allWords();

type Value = string | number | bigint | Date | null | undefined;
type Part = (parts: ReactNode[]) => ReactNode;

/** A message that takes nothing is text in the built page, which has no parser for it. */
const textOf = (id: MessageId): string | undefined => {
  const message: unknown = messages[id];
  return typeof message === 'string' && !/[{<']/.test(message) ? message : undefined;
};

/** A message as text, in the reader's language. */
export const t = (id: MessageId, values?: Record<string, Value>): string =>
  textOf(id) ?? intl.formatMessage({ id }, values as never);

/** A message with marked parts, such as `<link>…</link>`, each drawn by the function of its name. */
export const rich = (id: MessageId, values: Record<string, Value | Part>): ReactNode =>
  textOf(id) ?? (intl.formatMessage({ id }, values as never) as ReactNode);

/** The message of an id that is made of data, such as an error's code; undefined where there is none. */
export function tOf(id: string, values?: Record<string, Value>): string | undefined {
  return Object.hasOwn(messages, id) ? t(id as MessageId, values) : undefined;
}
