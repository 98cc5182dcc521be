import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { PlugpactError } from '../protocol/errors.ts';
import { Agent } from './agent.ts';
import { readConfig } from './config-file.ts';
import { agentKey } from './key.ts';

const USAGE = `Usage:
  agent run --config FILE   serves the wallboxes of the configuration until it is ended
  agent key --config FILE   prints the address of the agent key`;

async function run(file: string): Promise<void> {
  const config = readConfig(file);
  const log = pino({ level: config.logLevel, name: 'meter-agent' });
  const agent = new Agent(config, { log });
  const port = await agent.start();
  const end = () => {
    agent.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  log.info({ port, host: config.ocpp.host, agentKey: agent.key.account.address }, 'listening');
}

/** Exit codes: 0 ended as asked, 1 failed, 2 wrong arguments or configuration. */
async function main(argv: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: argv,
    options: { config: { type: 'string' } },
    allowPositionals: true,
  });
  const [command] = positionals;
  if (values.config === undefined || (command !== 'run' && command !== 'key')) {
    throw new PlugpactError({
      code: 'agent.usage',
      value: argv.join(' '),
      rule: 'The agent takes a command and a configuration file.',
      remedy: USAGE,
    });
  }
  if (command === 'key') console.log(agentKey(readConfig(values.config).dataDir).account.address);
  else await run(values.config);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof PlugpactError ? 2 : 1);
});
