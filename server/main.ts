import { once } from 'node:events';
import { PlugpactError } from '../protocol/errors.ts';
import { isBackupCommand, runBackupCommand } from './backup/command.ts';
import { readConfig } from './config.ts';
import { createLog } from './http/log.ts';
import { serve } from './serve.ts';

/** Starts the server from its environment variables. Prints the reason and exits with code 1 when it cannot run. */
async function run(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const stopping = new AbortController();
  const running = serve(config, {
    log,
    onFatal(error) {
      log.fatal({ code: error instanceof PlugpactError ? error.code : undefined }, error.message);
      process.exitCode = 1;
      stopping.abort();
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'stopping');
      stopping.abort();
    });
  }
  const server = await running;
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  await server.stop();
}

/** Without a word the server; `backup FILE` and `restore FILE`, for its database. */
async function main([command, ...args]: string[]): Promise<void> {
  if (isBackupCommand(command)) console.log(await runBackupCommand(command, args, process.env));
  else await run();
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
