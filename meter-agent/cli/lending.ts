import { lendingCommand } from '../status/lending.ts';
import { askLending } from './ask-agent.ts';
import { type Command, configOf, parseFlags, usageError } from './options.ts';

const TEXT = {
  pause: 'Shown as not available from now on. Bookings that stand are served.',
  resume: 'Lent again.',
};

/** Pauses or resumes the lending of a connector. */
export const lending: Command = async (args) => {
  const { values, positionals } = parseFlags(args, { connector: { type: 'string', default: '1' } }, 2);
  const [what = '', chargePointId] = positionals;
  const isLent = { pause: false, resume: true }[what];
  const parsed = lendingCommand.safeParse({ chargePointId, connectorId: Number(values.connector), isLent });
  if (!parsed.success) {
    throw usageError(
      'Lending is paused or resumed, for one connector.',
      'Like: agent lending pause ID [--connector 1]',
      args.join(' '),
    );
  }
  if ((await askLending(configOf(values).dataDir, parsed.data)) === undefined) {
    console.error('The agent is not running: start it with "plugpact-agent run".');
    return 1;
  }
  console.log(TEXT[isLent === true ? 'resume' : 'pause']);
  return 0;
};
