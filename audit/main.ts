import { audit } from './command.ts';

process.exitCode = await audit(process.argv.slice(2));
