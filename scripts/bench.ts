import { PlugpactError } from '../protocol/errors.ts';
import { benchAgent } from './bench/agent.ts';
import { benchAudit } from './bench/audit.ts';
import { type Bench, figureLines } from './bench/figures.ts';
import { benchGas, GAS_NOTES } from './bench/gas.ts';
import { targetLines } from './bench/gas-targets.ts';
import { isMain } from './lib/main.ts';

interface Options {
  /** How long the agent is measured: `--seconds N`. */
  seconds: number | undefined;
}

const BENCHES: Record<string, (options: Options) => Promise<Bench>> = {
  gas: async () => {
    const figures = await benchGas();
    return { figures, notes: [...targetLines(figures), ...GAS_NOTES] };
  },
  audit: async () => ({ figures: await benchAudit(), notes: [] }),
  agent: ({ seconds }) => benchAgent(seconds === undefined ? {} : { seconds }),
};

/**
 * `npm run bench -- NAME [--json]`: figures, with the baselines of the same run. With --json the last line of
 * standard output is one object, and the rest goes to standard error. Exit code 2: it could not run.
 */
async function measure(args: string[]): Promise<number> {
  const isJson = args.includes('--json');
  const at = args.indexOf('--seconds');
  const seconds = at < 0 ? undefined : Number(args[at + 1]);
  const isOption = (index: number) => at >= 0 && (index === at || index === at + 1);
  const [name = '', ...rest] = args.filter((arg, index) => arg !== '--json' && !isOption(index));
  const chosen = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  const isTimed = name === 'agent' ? seconds === undefined || seconds >= 1 : at < 0;
  if (chosen === undefined || rest.length > 0 || !isTimed) {
    throw new PlugpactError({
      code: 'bench.unknown',
      value: [name || 'no name', ...rest].join(' '),
      rule: `There is one benchmark at a time, named ${Object.keys(BENCHES).join(' or ')}.`,
      remedy: 'For instance: npm run bench -- gas --json.',
    });
  }
  const { figures, notes } = await chosen({ seconds });
  const text = [...figureLines(figures), ...notes].join('\n');
  if (isJson) {
    console.error(text);
    console.log(JSON.stringify(figures));
  } else {
    console.log(text);
  }
  return 0;
}

/** The command with these arguments; gives its exit code. */
export const bench = (args: string[]): Promise<number> =>
  measure(args).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  });

if (isMain(import.meta)) process.exitCode = await bench(process.argv.slice(2));
