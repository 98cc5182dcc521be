import { parseArgs } from 'node:util';
import { DATA_DIR } from './lib/paths.ts';
import type { Plan } from './start/child-spec.ts';
import { localPlan } from './start/local-plan.ts';
import { startTime } from './start/start-time.ts';
import { supervise } from './start/supervise.ts';

const timedPlan =
  (hasTown: boolean): Plan =>
  async (context) => {
    const address = await localPlan({ hasTown })(context);
    const took = startTime(process.env, Date.now());
    if (took !== undefined) context.say(took);
    return address;
  };

/**
 * `npm start [-- --fresh] [--data FOLDER] [--any-port] [--no-town]`: everything on this machine. It continues where the
 * last run ended, or starts from nothing; with another folder and other ports it can run beside another run. Without
 * its town there is one charger, and nobody charges by himself.
 */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      fresh: { type: 'boolean', default: false },
      data: { type: 'string', default: DATA_DIR },
      'any-port': { type: 'boolean', default: false },
      'no-town': { type: 'boolean', default: false },
    },
  });
  const { data: dataDir, fresh, 'any-port': anyPort, 'no-town': noTown } = values;
  return supervise({ dataDir, plan: timedPlan(!noTown), fresh, anyPort, say: console.log });
}

// Exits at once: a request to a child that was under way would otherwise delay the end.
process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }),
);
