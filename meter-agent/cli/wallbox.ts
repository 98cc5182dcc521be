import { type ChargePointCommand, chargePointCommand } from '../status/control.ts';
import { askChargePoint } from './ask-agent.ts';
import { type Command, configOf, parseFlags, usageError } from './options.ts';
import { say } from './speech.ts';

const usage = (): string =>
  [
    'plugpact-agent wallbox unlock ID [--connector 1]',
    'plugpact-agent wallbox reset ID [--hard]',
    `plugpact-agent wallbox diagnostics ID --url URL            ${say('cli.wallbox.usage.diagnostics')}`,
    `plugpact-agent wallbox firmware ID --url URL [--at TIME]   ${say('cli.wallbox.usage.firmware')}`,
  ].join('\n');

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
  if (!parsed.success) {
    const like = say('cli.like', { command: `\n${usage()}` });
    throw usageError(say('cli.wallbox.one'), like, args.join(' '));
  }
  return ask(configOf(values).dataDir, parsed.data);
};

async function ask(dataDir: string, command: ChargePointCommand): Promise<number> {
  const answer = await askChargePoint(dataDir, command);
  if (answer === undefined) {
    console.error(say('cli.notRunning.start'));
    return 1;
  }
  console.log(say(`cli.wallbox.${answer}`));
  return answer === 'accepted' ? 0 : 1;
}
