import { PlugpactError } from '../../protocol/errors.ts';
import { type Command, type LaunchContext, usageError } from './options.ts';

const USAGE = `The meter agent: serves your wallboxes' bookings.

  plugpact-agent init     asks a few questions, makes the key, writes the configuration, waits for the wallbox
  plugpact-agent run      serves the wallboxes until it is ended
  plugpact-agent status   state of the running agent                                    [--json]
  plugpact-agent doctor   checks clock, ledger, API, wallbox, keys, disk; says what to do   [--json]
  plugpact-agent export   all sessions  --format csv|json|ocpi  [--from DATE] [--to DATE]
  plugpact-agent key      prints the address of the agent key
  plugpact-agent wallbox  unlock|reset|diagnostics|firmware ID
  plugpact-agent waive    BOOKING  lets a driver go without a charge: everything goes back
  plugpact-agent lending  pause|resume ID  shows a connector as not available, or as available again
  plugpact-agent backup   one sealed file of configuration, key and journal             [--to FILE]
  plugpact-agent restore  FILE  puts a backup into its place                            [--force]
  plugpact-agent schema   prints the JSON Schema of the configuration

All take --config FILE; without it, ~/.plugpact-agent/agent.yaml. More: README.md of the archive (docs/agent.md).
Exit codes: 0 done, 1 failed or something was found, 2 wrong arguments or configuration.`;

/** Loaded on demand: the running agent has no other command in its memory. */
const COMMANDS: Record<string, () => Promise<Command>> = {
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
  console.error(`"plugpact-agent ${name}" is now "plugpact-agent ${present}"; the former name still works.`);
  return present;
}

/** Runs a command line; returns its exit code. Errors are printed, never thrown. */
export async function cli(argv: string[], surroundings: LaunchContext = {}): Promise<number> {
  const [given = '', ...args] = argv;
  const name = presentName(given);
  try {
    if (['help', '--help', '-h'].includes(name) || args.includes('--help')) {
      console.log(USAGE);
      return 0;
    }
    if (!Object.hasOwn(COMMANDS, name))
      throw usageError('The agent takes one of its commands.', USAGE, name || 'none');
    const command = await COMMANDS[name]!();
    return await command(args, surroundings);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    const isOurs = error instanceof PlugpactError;
    return isOurs && /^(agent\.usage|config\.)/.test(error.code) ? 2 : 1;
  }
}
