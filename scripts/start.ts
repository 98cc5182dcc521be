import { parseArgs } from 'node:util';
import { DATA_DIR } from './lib/paths.ts';
import { storyPlan } from './start/story.ts';
import { supervise } from './start/supervise.ts';

/** `npm start [-- --fresh]`: everything on this machine, going on where the last run ended, or anew. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { fresh: { type: 'boolean', default: false } } });
  return supervise({ dataDir: DATA_DIR, plan: storyPlan, fresh: values.fresh, say: console.log });
}

// Exits at once: a look at a child that was under way when the end was asked for would go on for a while.
process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }),
);
