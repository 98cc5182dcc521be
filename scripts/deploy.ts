import { deployCommand } from './deploy/command.ts';

/** `npm run deploy -- --network NAME`: see `deploy/command.ts`. */
process.exitCode = await deployCommand(process.argv.slice(2));
