import { formatCommands } from './checks/static.ts';
import { run } from './lib/child.ts';
import { ROOT } from './lib/paths.ts';

/** `npm run format`: writes every file as the formatters want it. */
for (const command of formatCommands(true)) {
  const code = await run(process.execPath, command, { cwd: ROOT });
  if (code !== 0) process.exitCode = code;
}
