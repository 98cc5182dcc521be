import { hex32 } from '../../protocol/schemas.ts';
import { askWaiver } from './ask-agent.ts';
import { type Command, configOf, parseFlags, usageError } from './options.ts';

/** Lets the driver of a booking go without a charge: the agent signs a final reading of zero for the driver to co-sign. */
export const waive: Command = async (args) => {
  const { values, positionals } = parseFlags(args, {}, 1);
  const bookingId = hex32.safeParse(positionals[0]);
  if (!bookingId.success) {
    throw usageError(
      'A booking is named by its id, 0x and 64 hex digits.',
      'Like: agent waive 0x12…',
      positionals[0],
    );
  }
  if ((await askWaiver(configOf(values).dataDir, bookingId.data)) === undefined) {
    console.error('The agent is not running: start it with "plugpact-agent run".');
    return 1;
  }
  console.log('The driver gets everything back once the final reading of zero is co-signed.');
  return 0;
};
