import { PlugpactError } from '../protocol/errors.ts';
import { benchAudit } from './bench/audit.ts';
import { type Figures, figureLines } from './bench/figures.ts';
import { benchGas, GAS_NOTES } from './bench/gas.ts';
import { isMain } from './lib/main.ts';

/** Each with what its figures include, in words. */
const BENCHES: Record<string, { run: () => Promise<Figures>; notes: readonly string[] }> = {
  gas: { run: benchGas, notes: GAS_NOTES },
  audit: { run: benchAudit, notes: [] },
};

/**
 * `npm run bench -- NAME [--json]`: figures, with the floors of the same run beside them. With --json the last
 * line of standard output is one object, and the rest goes to standard error. 2: it could not run.
 */
async function main(args: string[]): Promise<void> {
  const isJson = args.includes('--json');
  const [name = '', ...rest] = args.filter((arg) => arg !== '--json');
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (bench === undefined || rest.length > 0) {
    throw new PlugpactError({
      code: 'bench.unknown',
      value: [name || 'no name', ...rest].join(' '),
      rule: `There is one benchmark at a time, named ${Object.keys(BENCHES).join(' or ')}.`,
      remedy: 'For instance: npm run bench -- gas --json.',
    });
  }
  const figures = await bench.run();
  const text = [...figureLines(figures), ...bench.notes].join('\n');
  if (isJson) {
    console.error(text);
    console.log(JSON.stringify(figures));
  } else {
    console.log(text);
  }
}

if (isMain(import.meta)) {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
}
