import { cli } from './cli/cli.ts';

// Exits at once: handles that a command left open must not keep the process alive.
process.exit(await cli(process.argv.slice(2)));
