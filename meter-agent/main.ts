import { cli } from './cli/cli.ts';

// Exits at once: what a command left open must not keep it from ending.
process.exit(await cli(process.argv.slice(2)));
