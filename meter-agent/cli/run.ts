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
  const asked = new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
  log.info({ port, host: config.ocpp.host, agentKey: agent.key.account.address }, 'listening');
  await asked;
  await agent.close();
  return 0;
};
