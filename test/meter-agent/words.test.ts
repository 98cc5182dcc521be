import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cli } from '../../meter-agent/cli/cli.ts';
import { languageOfEnvironment, speak } from '../../meter-agent/cli/speech.ts';
import { warningOf } from '../../meter-agent/cli/warnings.ts';
import deCli from '../../meter-agent/words/de/cli.json' with { type: 'json' };
import deErrors from '../../meter-agent/words/de/errors.json' with { type: 'json' };
import deStatus from '../../meter-agent/words/de/status.json' with { type: 'json' };
import enCli from '../../meter-agent/words/en/cli.json' with { type: 'json' };
import enStatus from '../../meter-agent/words/en/status.json' with { type: 'json' };
import { errorText } from '../../meter-agent/words/errors.ts';
import { acceptedLanguage } from '../../meter-agent/words/languages.ts';
import { speechIn } from '../../meter-agent/words/speech.ts';
import { PlugpactError } from '../../protocol/errors.ts';

const AGENT = join(import.meta.dirname, '../../meter-agent');
const ENGLISH: Readonly<Record<string, string>> = { ...enCli, ...enStatus };
const GERMAN: Readonly<Record<string, string>> = { ...deCli, ...deStatus };
const ERRORS: Readonly<Record<string, string>> = deErrors;

type Parts = ReturnType<IntlMessageFormat['getAst']>;

/** Text, and the number sign of a plural, take nothing (`TYPE` of the parser). */
const TAKES_NOTHING: readonly number[] = [0, 7];

/** The values that a message takes, in the order of the alphabet. */
function takes(parts: Parts): string[] {
  const names = parts.flatMap((part): string[] => {
    if (TAKES_NOTHING.includes(part.type) || !('value' in part)) return [];
    const options = 'options' in part ? Object.values(part.options) : [];
    return [part.value, ...options.flatMap(({ value }) => takes(value))];
  });
  return [...new Set(names)].sort();
}

const taken = (message = ''): string[] => takes(new IntlMessageFormat(message, 'en').getAst());

const filesOf = (room: string): string[] =>
  readdirSync(join(AGENT, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${room}/${name}`);

const codeOf = (file: string): string =>
  readFileSync(join(AGENT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

/** Files whose sentences people read on the status page and in the terminal. */
const SPOKEN = [
  ...filesOf('cli'),
  ...filesOf('status').filter((file) => /page(-server)?\.ts$|-text\.ts$|outages\.ts$/.test(file)),
];

/** What throws the errors that people meet there. */
const THROWS = [
  ...['cli', 'config', 'key', 'journal', 'backup', 'status'].flatMap(filesOf),
  'central-system/start-refusals.ts',
  'central-system/starts.ts',
];

/** The first is said in the reader's language where it is thrown; the second names a failure that nobody foresaw. */
const SAID_AT_ONCE = ['agent.usage', 'status.failed'];

function thrownCodes(): string[] {
  const found = THROWS.flatMap((file) => [
    ...codeOf(file).matchAll(/code: (?:\w+ \? '([\w.]+)' : )?'([a-z]\w*\.[\w.]+)'|new Tries\('([\w.]+)'/g),
  ]);
  const codes = found.flatMap(([, ...groups]) => groups.filter((code) => code !== undefined));
  return [...new Set(codes)].filter((code) => !SAID_AT_ONCE.includes(code)).sort();
}

afterEach(() => vi.restoreAllMocks());

describe('the words of the status page and the command line', () => {
  it('are the same messages in each language, which take the same values', () => {
    expect(Object.keys(GERMAN).sort()).toEqual(Object.keys(ENGLISH).sort());
    for (const [id, message] of Object.entries(ENGLISH))
      expect(taken(GERMAN[id]), id).toEqual(taken(message));
  });

  it('name no id twice', () => {
    for (const language of ['en', 'de']) {
      const ids = readdirSync(join(AGENT, 'words', language)).flatMap((file) => [
        ...readFileSync(join(AGENT, 'words', language, file), 'utf8').matchAll(/^ {2}"([^"]+)":/gm),
      ]);
      expect(new Set(ids.map(([, id]) => id)).size).toBe(ids.length);
    }
  });

  it('are all said somewhere', () => {
    const sources = [...SPOKEN, 'drivers/ocpp/failed-dials.ts'].map(codeOf).join('\n');
    const isSaid = (id: string) => {
      const stems = id.split('.').map((_, at, parts) => `\`${parts.slice(0, at).join('.')}.\${`);
      return sources.includes(`'${id}'`) || stems.some((stem) => stem !== '`.${' && sources.includes(stem));
    };
    expect(Object.keys(ENGLISH).filter((id) => !isSaid(id))).toEqual([]);
  });

  it('leave no sentence in the code', () => {
    // The comments of a new configuration are its schema's, which is English; an error's English stands where it is thrown.
    const spoken = SPOKEN.filter((file) => file !== 'cli/config-text.ts');
    const sentences = spoken.flatMap((file) => {
      const code = codeOf(file).replace(/\b(rule|remedy):\s*(\w+ \? )?('[^']*'|`[^`]*`|"[^"]*")/g, '');
      const styles = code.replace(/export const PAGE_(CSS|JS) = `[^`]*`/g, '');
      return [...styles.matchAll(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g)]
        .map(([literal]) => literal.replace(/<[^>]*>|\$\{[^}]*\}/g, ' '))
        .filter((literal) => !/^.(plugpact-agent|sudo) /.test(literal))
        .filter((literal) => /\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b/.test(literal))
        .map((literal) => `${file}: ${literal}`);
    });
    expect(sentences).toEqual([]);
  });

  it('name each error that a person meets in German, with what the error names', () => {
    const ids = thrownCodes().flatMap((code) => [`error.${code}.rule`, `error.${code}.remedy`]);
    const known = Object.keys(ERRORS).filter((id) => id !== 'error.got' && !id.startsWith('error.network.'));
    expect(known.sort()).toEqual(ids.sort());
  });

  it('say an error by its code, and hide the value where it is a secret', () => {
    const error = new PlugpactError({
      ...{ code: 'agent.portTaken', value: '0.0.0.0:1', rule: 'A rule.', remedy: 'A remedy.' },
      details: { file: '/a.yaml' },
    });
    expect(errorText(error, 'en')).toBe(error.message);
    expect(errorText(error, 'de')).toMatch(
      /^Dort wartet .* Angegeben: 0\.0\.0\.0:1\. .* ocpp in \/a\.yaml\.$/,
    );
    expect(errorText(error, 'de', { isValueHidden: true })).not.toContain('0.0.0.0:1');
    const unknown = new PlugpactError({ code: 'x.y', rule: 'A rule.', remedy: 'A remedy.' });
    expect(errorText(unknown, 'de')).toBe('A rule. A remedy.');
  });
});

describe('the language', () => {
  it.each([
    [undefined, 'en'],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr-FR,en;q=0.5,de;q=0.9', 'de'],
    ['en;q=0.2, de;q=0', 'en'],
    ['*', 'en'],
    [';;;q=x,,', 'en'],
  ])('of a browser that accepts %s is %s', (header, language) => {
    expect(acceptedLanguage(header)).toBe(language);
  });

  it('of a terminal is that of its first variable', () => {
    expect(languageOfEnvironment({ LANG: 'de_DE.UTF-8' })).toBe('de');
    expect(languageOfEnvironment({ LANG: 'de_DE.UTF-8', LC_ALL: 'C' })).toBe('en');
    expect(languageOfEnvironment({ LANG: 'en_US', PLUGPACT_LANG: 'de' })).toBe('de');
    expect(languageOfEnvironment({})).toBe('en');
  });

  it('decides how moments are written, and not when they are', () => {
    const at = 1_800_000_000;
    expect(speechIn('en', 'UTC').moment(at)).toBe('2027-01-15 08:00:00 UTC');
    expect(speechIn('de', 'Europe/Berlin').moment(at)).toBe('15.01.2027, 09:00:00 MEZ');
  });
});

describe('the command line', () => {
  const printed = (name: 'log' | 'error') => {
    const lines: string[] = [];
    vi.spyOn(console, name).mockImplementation((line: unknown) => void lines.push(String(line)));
    return lines;
  };

  it('speaks the language that --lang names, wherever it stands', async () => {
    const lines = printed('log');
    expect(await cli(['--lang', 'de', 'help'])).toBe(0);
    expect(await cli(['status', '--help', '--lang=de'])).toBe(0);
    expect(lines.every((line) => line.includes('bedient die Wallboxen'))).toBe(true);
    expect(await cli(['help'])).toBe(0);
    expect(lines.at(-1)).toContain('serves the wallboxes');
  });

  it('says in init why a wallbox could not connect, once for each who dials', () => {
    const dial = {
      level: 40,
      reason: 'WRONG_PASSWORD',
      address: '192.0.2.7',
      chargePointId: 'CP1',
      msg: 'refused',
    };
    speak('de');
    const [first, again, other] = [
      warningOf(dial, 1_800_000_000),
      warningOf(dial, 1_800_000_060),
      warningOf({ ...dial, address: '192.0.2.8' }, 1_800_000_000),
    ];
    const card = warningOf(
      { level: 40, chargePointId: 'CP1', idTag: '04A2', msg: 'card refused' },
      1_800_000_000,
    );
    speak('en');
    expect(first?.text).toMatch(
      /^! · CP1 \(192\.0\.2\.7\) konnte sich .*Sie zeigt ein falsches Passwort\. Geben Sie/,
    );
    expect([again?.key === first?.key, other?.key === first?.key]).toEqual([true, false]);
    expect(card.text).toContain('„04A2“ unter ownerIdTags');
    expect(warningOf({ level: 40, msg: 'no backup', remedy: 'Make room.' }, 0).text).toBe(
      '! · no backup · Make room.',
    );
  });

  it('ends with the same code in each language', async () => {
    const lines = printed('error');
    for (const lang of ['en', 'de']) {
      expect(await cli(['waive', 'x', '--lang', lang])).toBe(2);
      expect(await cli(['key', '--config', '/nowhere/agent.yaml', '--lang', lang])).toBe(2);
    }
    expect(lines[0]).toContain('A booking is named by its id');
    expect(lines[2]).toContain('Eine Buchung wird mit ihrer Kennung genannt');
    expect(lines[3]).toContain('Legen Sie mit „plugpact-agent init“ eine an');
    expect(await cli(['help', '--lang', 'fr'])).toBe(2);
  });
});
