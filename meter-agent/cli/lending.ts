import { lendingCommand } from '../status/lending.ts';
import { askLending } from './ask-agent.ts';
import { type Command, configOf, parseFlags, usageError } from './options.ts';
import { say } from './speech.ts';

/** Pauses or resumes the lending of a connector. */
export const lending: Command = async (args) => {
  const { values, positionals } = parseFlags(args, { connector: { type: 'string', default: '1' } }, 2);
  const [what = '', chargePointId] = positionals;
  const isLent = { pause: false, resume: true }[what];
  const parsed = lendingCommand.safeParse({ chargePointId, connectorId: Number(values.connector), isLent });
  if (!parsed.success) {
    const like = say('cli.like', { command: 'plugpact-agent lending pause ID [--connector 1]' });
    throw usageError(say('cli.lending.one'), like, args.join(' '));
  }
  if ((await askLending(configOf(values).dataDir, parsed.data)) === undefined) {
    console.error(say('cli.notRunning.start'));
    return 1;
  }
  console.log(say(isLent === true ? 'cli.lending.resumed' : 'cli.lending.paused'));
  return 0;
};
