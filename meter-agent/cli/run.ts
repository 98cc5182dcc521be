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
  // Ctrl-C comes more than once: from the terminal, from npm, from what started us. What is being closed is not cut off.
  const asked = new Promise((resolve) => process.on('SIGTERM', resolve).on('SIGINT', resolve));
  log.info({ port, host: config.ocpp.host, agentKey: agent.key.account.address }, 'listening');
  await asked;
  await agent.close();
  return 0;
};
