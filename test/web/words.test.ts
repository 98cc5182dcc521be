import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { chosenLanguage, LANGUAGES, t, tOf } from '../../server/web/app/words.ts';
import { messages as de } from '../../server/web/messages/de.ts';
import { messages as en } from '../../server/web/messages/en.ts';

const WEB = join(import.meta.dirname, '../../server/web');
const ENGLISH: Readonly<Record<string, string>> = en;
const GERMAN: Readonly<Record<string, string>> = de;

type Parts = ReturnType<IntlMessageFormat['getAst']>;

const parse = (message: string): Parts => new IntlMessageFormat(message, 'en').getAst();

/** Text, and the number sign of a plural, take nothing (`TYPE` of the parser). */
const TAKES_NOTHING: readonly number[] = [0, 7];

/** What a message takes: names of its values and marked parts, in the order of the alphabet. */
function takes(parts: Parts): string[] {
  const names = parts.flatMap((part): string[] => {
    if (TAKES_NOTHING.includes(part.type) || !('value' in part)) return [];
    const inside = 'children' in part ? part.children : [];
    const options = 'options' in part ? Object.values(part.options) : [];
    return [part.value, ...takes(inside), ...options.flatMap(({ value }) => takes(value))];
  });
  return [...new Set(names)].sort();
}

const sources = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('messages'))
  .map((name) => readFileSync(join(WEB, name), 'utf8'))
  .join('\n');

describe('the catalogues of the page', () => {
  it('have the same messages in each language, which take the same values', () => {
    expect(Object.keys(GERMAN).sort()).toEqual(Object.keys(ENGLISH).sort());
    for (const [id, message] of Object.entries(ENGLISH)) {
      expect(takes(parse(GERMAN[id] ?? '')), id).toEqual(takes(parse(message)));
    }
  });

  it('begin each id with the name of its file, and name no id twice', () => {
    for (const language of Object.keys(LANGUAGES)) {
      const folder = join(WEB, 'messages', language);
      for (const file of readdirSync(folder)) {
        const text = readFileSync(join(folder, file), 'utf8');
        const room = file.replace('.json', '');
        const ids = [...text.matchAll(/^ {2}"([^"]+)":/gm)].map(([, id]) => id);
        expect(ids.filter((id) => !id?.startsWith(`${room}.`))).toEqual([]);
        expect(new Set(ids).size, file).toBe(ids.length);
      }
    }
  });

  it('hold no message that nothing shows', () => {
    const shown = (id: string) => sources.includes(`'${id}'`) || sources.includes(`\`${stem(id)}`);
    const stem = (id: string) => `${id.split('.').slice(0, -1).join('.')}.\${`;
    const unused = Object.keys(ENGLISH).filter((id) => !id.startsWith('errors.') && !shown(id));
    expect(unused).toEqual([]);
  });

  it('are chosen by what the browser prefers, and English is the rest', () => {
    expect(chosenLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(chosenLanguage(['fr-FR'])).toBe('en');
    expect(t('app.failure.got', { value: 'x' })).toBe('Got x.');
    expect(tOf('errors.no.such.code')).toBeUndefined();
  });

  it('have one German word for a thing: die Wallet, die Geldbörse, and Börse for an exchange', () => {
    const NEUTER = /\b(?:das|dem|des|ein|einem|eines|Ihr|Ihrem|im|vom|zum) Wallets?\b/i;
    for (const [id, message] of Object.entries(GERMAN)) {
      const english = ENGLISH[id]!;
      expect(message, id).not.toMatch(NEUTER);
      if (/\bBörsen?\b/.test(message)) expect(english, id).toMatch(/exchange/);
      if (/\bpurses?\b/.test(english)) expect(message, id).toMatch(/Geldbörse/);
    }
  });
});
