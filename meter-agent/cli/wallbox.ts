import { type ChargePointCommand, chargePointCommand } from '../status/control.ts';
import { askChargePoint } from './ask-agent.ts';
import { type Command, configOf, parseFlags, usageError } from './options.ts';

const USAGE = `plugpact-agent wallbox unlock ID [--connector 1]
plugpact-agent wallbox reset ID [--hard]
plugpact-agent wallbox diagnostics ID --url URL            the wallbox uploads its log there
plugpact-agent wallbox firmware ID --url URL [--at TIME]   the wallbox fetches it and installs it`;

const ANSWER_TEXT = {
  accepted: 'The wallbox does it.',
  refused: 'The wallbox refuses.',
  unreachable: 'The wallbox is not connected, or did not answer.',
};

/** Sends a command to a wallbox of the running agent. */
export const wallbox: Command = async (args) => {
  const { values, positionals } = parseFlags(
    args,
    {
      connector: { type: 'string', default: '1' },
      hard: { type: 'boolean', default: false },
      url: { type: 'string' },
      at: { type: 'string' },
    },
    2,
  );
  const [what = '', chargePointId = ''] = positionals;
  const retrieveAt = Math.floor((values.at === undefined ? Date.now() : Date.parse(values.at)) / 1000);
  const commands: Record<string, object> = {
    unlock: { connectorId: Number(values.connector) },
    reset: { isHard: values.hard },
    diagnostics: { url: values.url },
    firmware: { url: values.url, retrieveAt },
  };
  const parsed = chargePointCommand.safeParse({ do: what, chargePointId, ...commands[what] });
  if (!parsed.success)
    throw usageError('A wallbox is asked for one thing.', `Like:\n${USAGE}`, args.join(' '));
  return ask(configOf(values).dataDir, parsed.data);
};

async function ask(dataDir: string, command: ChargePointCommand): Promise<number> {
  const answer = await askChargePoint(dataDir, command);
  if (answer === undefined) {
    console.error('The agent is not running: start it with "plugpact-agent run".');
    return 1;
  }
  console.log(ANSWER_TEXT[answer]);
  return answer === 'accepted' ? 0 : 1;
}
