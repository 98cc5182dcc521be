import { PlugpactError } from '../protocol/errors.ts';
import { benchAgent } from './bench/agent.ts';
import { benchAudit } from './bench/audit.ts';
import { type Bench, figureLines } from './bench/figures.ts';
import { benchGas, GAS_NOTES } from './bench/gas.ts';
import { isMain } from './lib/main.ts';

interface Options {
  /** How long what needs time is watched: `--seconds N`, for the agent. */
  seconds: number | undefined;
}

const BENCHES: Record<string, (options: Options) => Promise<Bench>> = {
  gas: async () => ({ figures: await benchGas(), notes: GAS_NOTES }),
  audit: async () => ({ figures: await benchAudit(), notes: [] }),
  agent: ({ seconds }) => benchAgent(seconds === undefined ? {} : { seconds }),
};

/**
 * `npm run bench -- NAME [--json]`: figures, with the floors of the same run beside them. With --json the last
 * line of standard output is one object, and the rest goes to standard error. 2: it could not run.
 */
async function main(args: string[]): Promise<void> {
  const isJson = args.includes('--json');
  const at = args.indexOf('--seconds');
  const seconds = at < 0 ? undefined : Number(args[at + 1]);
  const isOption = (index: number) => at >= 0 && (index === at || index === at + 1);
  const [name = '', ...rest] = args.filter((arg, index) => arg !== '--json' && !isOption(index));
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  const isTimed = name === 'agent' ? seconds === undefined || seconds >= 1 : at < 0;
  if (bench === undefined || rest.length > 0 || !isTimed) {
    throw new PlugpactError({
      code: 'bench.unknown',
      value: [name || 'no name', ...rest].join(' '),
      rule: `There is one benchmark at a time, named ${Object.keys(BENCHES).join(' or ')}.`,
      remedy: 'For instance: npm run bench -- gas --json.',
    });
  }
  const { figures, notes } = await bench({ seconds });
  const text = [...figureLines(figures), ...notes].join('\n');
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
