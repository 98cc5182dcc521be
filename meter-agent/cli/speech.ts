import { learnMessages } from '../../protocol/catalogue.ts';
import de from '../words/de/cli.json' with { type: 'json' };
import en from '../words/en/cli.json' with { type: 'json' };
import { LANGUAGES, type Language, languageIn } from '../words/languages.ts';
import { type Speech, type StatusWord, speechIn } from '../words/speech.ts';

learnMessages('en', en);
learnMessages('de', de);

export type Word = keyof typeof en | StatusWord;

/** One person reads what this process prints. */
let spoken: Speech<Word> = speechIn<Word>(LANGUAGES[0]);

export function speak(language: Language): void {
  spoken = speechIn<Word>(language);
}

export const speech = (): Speech<Word> => spoken;

export const say: Speech<Word>['say'] = (word, values) => spoken.say(word, values);

/** What the terminal is set to (POSIX), after our own variable. */
const VARIABLES = ['PLUGPACT_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'];

/** The language of the environment: its first variable that is set decides. */
export function languageOfEnvironment(env: NodeJS.ProcessEnv): Language {
  const set = VARIABLES.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  return languageIn(set) ?? LANGUAGES[0];
}
