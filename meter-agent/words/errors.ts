import { learnMessages, renderMessage } from '../../protocol/catalogue.ts';
import type { PlugpactError } from '../../protocol/errors.ts';
import de from './de/errors.json' with { type: 'json' };
import type { Language } from './languages.ts';

learnMessages('de', de);

/** English stands where an error is thrown; other languages know it by its code. */
const KNOWN: Partial<Record<Language, Readonly<Record<string, string>>>> = { de };

/** An error as its reader reads it. What no language knows stays English. */
export function errorText(
  error: PlugpactError,
  language: Language,
  { isValueHidden = false }: { isValueHidden?: boolean } = {},
): string {
  const value = isValueHidden ? undefined : error.value;
  const known = KNOWN[language];
  const ids = { rule: `error.${error.code}.rule`, remedy: `error.${error.code}.remedy` };
  const isKnown = known !== undefined && Object.hasOwn(known, ids.rule);
  const say = (id: string) =>
    renderMessage(id, { value: value ?? '', ...error.details }, { locale: language });
  const got = gotText(value, known !== undefined, say);
  return [isKnown ? say(ids.rule) : error.rule, got, isKnown ? say(ids.remedy) : error.remedy]
    .filter((part) => part !== '')
    .join(' ');
}

function gotText(value: string | undefined, isTranslated: boolean, say: (id: string) => string): string {
  if (value === undefined) return '';
  return isTranslated ? say('error.got') : `Got ${value}.`;
}
