import { parseArgs } from 'node:util';
import type { Address } from 'viem';
import { z } from 'zod';
import type { AuditTask } from '../ledger-state.ts';
import { AuditError } from '../lib/errors.ts';
import { deploymentOf, networkOf } from '../rules/networks.ts';
import { type ExportKind, type OPTIONS, type OptionName, optionEntries } from './command-options.ts';

/** The command line of an audit, checked. */
export interface AuditSettings extends AuditTask {
  rpcUrl: string[];
  maxAgeSec: number;
  /** Origin of a server whose public answers are compared with the ledger. */
  api?: string;
  isStrict: boolean;
  isJson: boolean;
  /** Folder for CSV files. */
  csv?: string;
  /** Files for people, `.html` or `.pdf`. */
  reports: string[];
  /** What other tools read. */
  exports: { kind: ExportKind; path: string }[];
}

type Given = Partial<Record<OptionName, string | boolean | (string | boolean)[]>>;

/** Whether only the text of `--help` is asked for. */
export const asksForHelp = (args: readonly string[]): boolean => args.includes('--help');

/**
 * Reads the command line. A network's name stands for its nodes, its market and its chain, where these are not given.
 *
 * @throws AuditError `audit.settings`, naming the option and what it must be; `network.unknown`, `network.noMarket`.
 */
export function parseSettings(args: string[]): AuditSettings {
  const { network, ...own } = givenOptions(args);
  const given = network === undefined ? own : { ...ofNetwork(String(network), own), ...own };
  const checked = check(given);
  const { from, to } = checked;
  if (from !== undefined && to !== undefined && from > to)
    throw refusal(`--from ${from} --to ${to}: the first block must not be after the last`);
  return toSettings(checked);
}

function givenOptions(args: string[]): Given {
  const options = Object.fromEntries(
    optionEntries().map(([name, { value, isRepeatable = false }]) => {
      const type = value === undefined ? ('boolean' as const) : ('string' as const);
      return [name, { type, multiple: isRepeatable || value !== undefined }];
    }),
  );
  try {
    return single(parseArgs({ args, options, strict: true }).values as Given);
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw refusal((error as Error).message);
  }
}

/** An option that is not repeatable counts once: a second one is refused, and does not replace the first. */
function single(values: Given): Given {
  const own: Given = {};
  for (const [name, { isRepeatable = false }] of optionEntries()) {
    const value = values[name];
    if (value === undefined) continue;
    const isMany = Array.isArray(value) && !isRepeatable;
    if (isMany && value.length > 1) throw refusal(`--${name} ${value.length} times`);
    own[name] = isMany ? value[0]! : value;
  }
  return own;
}

/** What is given on the command line counts before what the network's file says. */
function ofNetwork(name: string, own: Given): Given {
  const network = networkOf(name);
  const market = own.market ?? deploymentOf(network).market;
  return { rpc: network.rpcUrls.slice(0, 1), chain: String(network.chainId), market };
}

const SCHEMA = z.strictObject(
  Object.fromEntries(
    optionEntries().map(([name, { schema, isRepeatable = false }]) => [
      name,
      name === 'market' ? schema : (isRepeatable ? z.array(schema) : schema).optional(),
    ]),
  ),
);

type OutputOf<Name extends OptionName> = z.output<(typeof OPTIONS)[Name]['schema']>;
type Repeatable = 'rpc' | 'report' | 'export';
type Checked = { market: string } & {
  [Name in OptionName]?: Name extends Repeatable ? OutputOf<Name>[] : OutputOf<Name>;
};

function check(given: Given): Checked {
  const parsed = SCHEMA.safeParse({ rpc: undefined, ...given });
  if (parsed.success && given.rpc !== undefined) return parsed.data as Checked;
  if (given.rpc === undefined) throw refusal('no --rpc');
  const [issue] = parsed.error!.issues;
  const [name, index] = issue?.path ?? [];
  const value = given[String(name) as OptionName];
  if (value === undefined) throw refusal(`no --${String(name)}`);
  const refused = Array.isArray(value) ? value[Number(index)] : value;
  throw refusal(`--${String(name)} ${refused}: ${issue?.message}`);
}

/** Seconds: a node whose newest block is older stands still, or its ledger does. */
const MAX_AGE_SEC = 600;

function toSettings(checked: Checked): AuditSettings {
  const { rpc = [], market, chain, from, to, checkpoint, evidence, api, csv } = checked;
  return {
    rpcUrl: rpc,
    market: market as Address,
    ...(chain === undefined ? {} : { chainId: chain }),
    ...(from === undefined ? {} : { fromBlock: from }),
    ...(to === undefined ? {} : { toBlock: to }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(api === undefined ? {} : { api }),
    ...(csv === undefined ? {} : { csv }),
    maxAgeSec: checked['max-age'] ?? MAX_AGE_SEC,
    receipts: checked.receipts ?? false,
    isStrict: checked.strict ?? false,
    isJson: checked.json ?? false,
    reports: checked.report ?? [],
    exports: checked.export ?? [],
  };
}

const refusal = (value: string) =>
  new AuditError({
    code: 'audit.settings',
    value,
    rule: 'The audit takes --rpc URL and --market ADDRESS, or --network NAME, and the options that --help lists.',
    remedy: 'For instance: --rpc http://127.0.0.1:8545 --market 0x…(40 hex digits).',
  });
