import { pino } from 'pino';
import { Agent } from '../agent.ts';
import { type Command, configOf, parseFlags } from './options.ts';
import { unlockedKey } from './passphrase.ts';

export const run: Command = async (args) => {
  const config = configOf(parseFlags(args, {}).values);
  const key = await unlockedKey(config.dataDir);
  const log = pino({ level: config.logLevel, name: 'meter-agent' });
  const agent = new Agent(config, { log, key });
  const port = await agent.start();
  // Ctrl-C arrives more than once: from the terminal, from npm, from a parent process. Closing is not interrupted.
  const asked = new Promise((resolve) => process.on('SIGTERM', resolve).on('SIGINT', resolve));
  log.info({ port, host: config.ocpp.host, agentKey: agent.key.account.address }, 'listening');
  await asked;
  await agent.close();
  return 0;
};
