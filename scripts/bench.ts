import { PlugpactError } from '../protocol/errors.ts';
import { benchAgent } from './bench/agent.ts';
import { API_DEFAULTS, API_QUICK, benchApi } from './bench/api/bench-api.ts';
import { AUDIT_DEFAULTS, benchAudit } from './bench/audit/bench-audit.ts';
import { type Bench, figureLines } from './bench/figures.ts';
import { benchGas, GAS_NOTES } from './bench/gas.ts';
import { targetLines } from './bench/gas-targets.ts';
import { benchIndex, INDEX_DEFAULTS, INDEX_QUICK } from './bench/index/bench.ts';
import { benchMap, MAP_DEFAULTS, MAP_QUICK, type MapParts } from './bench/map/bench.ts';
import { benchWeb } from './bench/web/bench-web.ts';
import { isMain } from './lib/main.ts';

interface Options {
  /** How long the agent is measured: `--seconds N`. */
  seconds: number | undefined;
  /** How many sessions are audited: `--sessions N`. */
  sessions: number | undefined;
  /** Small sizes, to see that all of it runs: `--quick`. */
  isQuick: boolean;
  map: MapParts;
}

const BENCHES: Record<string, (options: Options) => Promise<Bench>> = {
  gas: async () => {
    const figures = await benchGas();
    return { figures, notes: [...targetLines(figures), ...GAS_NOTES] };
  },
  audit: ({ sessions }) => benchAudit(sessions === undefined ? AUDIT_DEFAULTS : { sessions }),
  agent: ({ seconds }) => benchAgent(seconds === undefined ? {} : { seconds }),
  index: ({ isQuick }) => benchIndex(isQuick ? INDEX_QUICK : INDEX_DEFAULTS),
  map: ({ isQuick, map }) => benchMap({ ...(isQuick ? MAP_QUICK : MAP_DEFAULTS), ...map }),
  web: () => benchWeb(),
  api: ({ isQuick }) => benchApi(isQuick ? API_QUICK : API_DEFAULTS),
};

const FLAGS = ['--json', '--quick'];
/** Those of the map: its figures in a browser, and on PostgreSQL. */
const MAP_FLAGS = ['--browser', '--postgres'];
/** Those with a quick form. */
const SIZED = ['index', 'map', 'api'];

/** Options with a number behind them. */
const COUNTS = ['--seconds', '--sessions'];

/** The number after an option, if it is given. */
function countAfter(args: readonly string[], option: string): number | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : Number(args[at + 1]);
}

/** Only the bench of that name takes the number, and it is at least 1. */
const isCountOf = (name: string, bench: string, count: number | undefined): boolean =>
  count === undefined || (name === bench && count >= 1);

/**
 * `npm run bench -- NAME [--json]`: figures, with the baselines of the same run. With --json the last line of
 * standard output is one object, and the rest goes to standard error. Exit code 2: it could not run.
 */
async function measure(args: string[]): Promise<number> {
  const isJson = args.includes('--json');
  const isQuick = args.includes('--quick');
  const seconds = countAfter(args, '--seconds');
  const sessions = countAfter(args, '--sessions');
  const isOption = (index: number) =>
    COUNTS.includes(args[index] ?? '') || COUNTS.includes(args[index - 1] ?? '');
  const isFlag = (arg: string) => FLAGS.includes(arg) || MAP_FLAGS.includes(arg);
  const [name = '', ...rest] = args.filter((arg, index) => !isFlag(arg) && !isOption(index));
  const chosen = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  const isTimed = isCountOf(name, 'agent', seconds) && isCountOf(name, 'audit', sessions);
  const isSized = !isQuick || SIZED.includes(name);
  const isOfMap = name === 'map' || !args.some((arg) => MAP_FLAGS.includes(arg));
  if (chosen === undefined || rest.length > 0 || !isTimed || !isSized || !isOfMap) {
    throw new PlugpactError({
      code: 'bench.unknown',
      value: [name || 'no name', ...rest].join(' '),
      rule: `There is one benchmark at a time, named ${Object.keys(BENCHES).join(' or ')}.`,
      remedy: 'For instance: npm run bench -- gas --json.',
    });
  }
  const { figures, notes } = await chosen({
    ...{ seconds, sessions, isQuick },
    map: { isInBrowser: args.includes('--browser'), isOnPostgres: args.includes('--postgres') },
  });
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
