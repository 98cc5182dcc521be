import { parseArgs } from 'node:util';
import { endOnSignals } from './lib/group.ts';
import { isMain } from './lib/main.ts';
import { checkMutants, isGood, linesOf } from './mutate/check.ts';

/** `node scripts/mutate.ts [--json] [--guards] [--equivalent] [PART…]`: 0 when all mutants die, 1 when some survive. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, guards: { type: 'boolean' }, equivalent: { type: 'boolean' } },
  });
  const report = await checkMutants({ ...values, filters: positionals }, console.error);
  if (values.json) console.log(JSON.stringify(report));
  else console.log(linesOf(report).join('\n'));
  process.exitCode = isGood(report) ? 0 : 1;
}

if (isMain(import.meta)) {
  endOnSignals();
  await main();
}
