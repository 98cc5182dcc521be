import { pino } from 'pino';
import { Agent } from '../agent.ts';
import { tidyMemory } from '../lib/tidy-memory.ts';
import { type Command, configFileOf, configOf, parseFlags } from './options.ts';
import { unlockedKey } from './passphrase.ts';
import { takeOver } from './take-over.ts';

export const run: Command = async (args) => {
  const { values } = parseFlags(args, {});
  const config = configOf(values);
  const key = await unlockedKey(config.dataDir);
  await takeOver(config.dataDir);
  const log = pino({ level: config.logLevel, name: 'meter-agent' });
  const agent = new Agent(config, { log, key, configFile: configFileOf(values) });
  const port = await agent.start();
  const endTidying = tidyMemory();
  // Ctrl-C arrives more than once: from the terminal, from npm, from a parent process. Closing is not interrupted.
  const asked = new Promise((resolve) => process.on('SIGTERM', resolve).on('SIGINT', resolve));
  log.info({ port, host: config.ocpp.host, agentKey: agent.key.account.address }, 'listening');
  await asked;
  endTidying();
  await agent.close();
  return 0;
};
