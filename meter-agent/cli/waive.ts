import { hex32 } from '../../protocol/schemas.ts';
import { askWaiver } from './ask-agent.ts';
import { type Command, configOf, parseFlags, usageError } from './options.ts';
import { say } from './speech.ts';

/** Lets the driver of a booking go without a charge: the agent signs a final reading of zero for the driver to co-sign. */
export const waive: Command = async (args) => {
  const { values, positionals } = parseFlags(args, {}, 1);
  const bookingId = hex32.safeParse(positionals[0]);
  if (!bookingId.success) {
    const like = say('cli.like', { command: 'plugpact-agent waive 0x12…' });
    throw usageError(say('cli.waive.id'), like, positionals[0]);
  }
  if ((await askWaiver(configOf(values).dataDir, bookingId.data)) === undefined) {
    console.error(say('cli.notRunning.start'));
    return 1;
  }
  console.log(say('cli.waive.done'));
  return 0;
};
