import { deployCommand } from './deploy/command.ts';
import { isMain } from './lib/main.ts';

export { type Deployment, deployLocal, deployMarket } from './deploy/deploy-market.ts';

/** `npm run deploy -- --network NAME`: see `deploy/command.ts`. */
if (isMain(import.meta)) process.exitCode = await deployCommand(process.argv.slice(2));
