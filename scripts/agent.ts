import { join } from 'node:path';
import { cli } from '../meter-agent/cli/cli.ts';
import { whenParentGone } from './lib/parent.ts';
import { DATA_DIR } from './lib/paths.ts';

whenParentGone(() => process.kill(process.pid, 'SIGTERM'));

// `npm run agent -- COMMAND`: runs the meter agent, with the folder in which "npm start" keeps its agent.
const localConfigFile = join(DATA_DIR, 'agent', 'config.json');
process.exit(await cli(process.argv.slice(2), { localConfigFile }));
