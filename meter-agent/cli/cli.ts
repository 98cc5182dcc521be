import { PlugpactError } from '../../protocol/errors.ts';
import { errorText } from '../words/errors.ts';
import { LANGUAGES, type Language, languageIn } from '../words/languages.ts';
import { type Command, type LaunchContext, usageError } from './options.ts';
import { languageOfEnvironment, say, speak, speech } from './speech.ts';

/** Commands with their arguments, as the help shows them. */
const SYNOPSIS = {
  init: '',
  run: '',
  status: '[--json]',
  doctor: '[--json] [--listen SECONDS]',
  export: '--format csv|json|ocpi [--from DATE] [--to DATE]',
  key: '',
  wallbox: 'unlock|reset|diagnostics|firmware ID',
  waive: 'BOOKING',
  lending: 'pause|resume ID',
  backup: '[--to FILE]',
  restore: 'FILE [--force]',
  schema: '',
} as const;

type CommandName = keyof typeof SYNOPSIS;

function usage(): string {
  const commands = (Object.keys(SYNOPSIS) as CommandName[]).flatMap((name) => [
    `  plugpact-agent ${name} ${SYNOPSIS[name]}`.trimEnd(),
    `      ${say(`cli.usage.${name}`)}`,
  ]);
  const rest = [say('cli.usage.config'), say('cli.usage.language'), say('cli.usage.exits')];
  return [say('cli.usage.title'), '', ...commands, '', ...rest].join('\n');
}

/** Loaded on demand: the running agent has no other command in its memory. */
const COMMANDS: Record<CommandName, () => Promise<Command>> = {
  init: async () => (await import('./init.ts')).init,
  run: async () => (await import('./run.ts')).run,
  status: async () => (await import('./status.ts')).status,
  doctor: async () => (await import('./doctor.ts')).doctor,
  export: async () => (await import('./export.ts')).exportSessions,
  key: async () => (await import('./key.ts')).key,
  wallbox: async () => (await import('./wallbox.ts')).wallbox,
  waive: async () => (await import('./waive.ts')).waive,
  lending: async () => (await import('./lending.ts')).lending,
  backup: async () => (await import('./backup.ts')).backup,
  restore: async () => (await import('./restore.ts')).restore,
  schema: async () => (await import('./schema.ts')).schema,
};

/** Commands of version 0.1 by their present names. */
const FORMER: Record<string, string> = { box: 'wallbox' };

function presentName(name: string): string {
  const present = Object.hasOwn(FORMER, name) ? FORMER[name] : undefined;
  if (present === undefined) return name;
  const names = { former: `plugpact-agent ${name}`, present: `plugpact-agent ${present}` };
  console.error(say('cli.former', names));
  return present;
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

/** Runs a command line; returns its exit code. Errors are printed, never thrown. */
export async function cli(argv: string[], surroundings: LaunchContext = {}): Promise<number> {
  try {
    speak(languageOfEnvironment(process.env));
    const { language, rest } = withoutLanguage(argv);
    if (language !== undefined) speak(language);
    // What programs read is the same in every language.
    if (rest.includes('--json')) speak(LANGUAGES[0]);
    return await run(rest, surroundings);
  } catch (error) {
    const isOurs = error instanceof PlugpactError;
    if (isOurs) console.error(errorText(error, speech().language));
    else console.error(error instanceof Error ? error.message : error);
    return isOurs && /^(agent\.usage|config\.)/.test(error.code) ? 2 : 1;
  } finally {
    speak(LANGUAGES[0]);
  }
}

async function run([given = '', ...args]: string[], surroundings: LaunchContext): Promise<number> {
  const name = presentName(given);
  if (['help', '--help', '-h'].includes(name) || args.includes('--help')) {
    console.log(usage());
    return 0;
  }
  if (!isCommand(name)) throw usageError(say('cli.noCommand'), usage(), name || say('cli.none'));
  const command = await COMMANDS[name]();
  return await command(args, surroundings);
}

/** The arguments without --lang, wherever it stands, and what it names. */
function withoutLanguage(argv: readonly string[]): { language: Language | undefined; rest: string[] } {
  const at = argv.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  if (at < 0) return { language: undefined, rest: [...argv] };
  const isApart = argv[at] === '--lang';
  const named = isApart ? argv[at + 1] : argv[at]?.slice('--lang='.length);
  const language = languageIn(named);
  if (language === undefined) {
    const languages = LANGUAGES.join(', ');
    throw usageError(say('cli.noLanguage', { languages }), say('cli.noLanguage.remedy'), named);
  }
  return { language, rest: argv.toSpliced(at, isApart ? 2 : 1) };
}
