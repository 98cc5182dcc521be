import { z } from 'zod';
import { address } from '../lib/schemas.ts';

/** What an option of the command line takes, and what `--help` says of it. */
export interface Option {
  /** Word for its value in `--help`; without one it is a switch. */
  value?: string;
  isRepeatable?: boolean;
  schema: z.ZodType;
  help: string;
}

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const wholeNumber = (rule: string) => z.string().regex(/^\d{1,15}$/, rule);
const block = wholeNumber('must be a block number').transform(BigInt);

const path = z.string().min(1, 'must not be empty');

const SEC_OF_UNIT = { s: 1, min: 60, h: 3_600, d: 86_400 } as const;
const AGE_RULE = 'must be a whole number with s, min, h or d: 10min';

const ageSec = z
  .string()
  .regex(/^\d{1,6}(s|min|h|d)$/, AGE_RULE)
  .transform((text) => {
    const [, digits, unit] = /^(\d+)(\w+)$/.exec(text) ?? [];
    return Number(digits) * SEC_OF_UNIT[unit as keyof typeof SEC_OF_UNIT];
  });

export const EXPORT_KINDS = ['ocpi', 'xml'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];
const EXPORT_RULE = `must be KIND=PATH with a kind of ${EXPORT_KINDS.join(' or ')}: ocpi=cdrs.json`;

const exported = z
  .string()
  .regex(new RegExp(`^(${EXPORT_KINDS.join('|')})=.`), EXPORT_RULE)
  .transform((text) => {
    const at = text.indexOf('=');
    return { kind: text.slice(0, at) as ExportKind, path: text.slice(at + 1) };
  });

const flag = z.boolean();

/** Every option of the command, in the order of `--help`. */
export const OPTIONS = {
  rpc: {
    value: 'URL',
    isRepeatable: true,
    schema: httpUrl,
    help: 'A node of the ledger. Several are compared: each answer of one is held against the others.',
  },
  market: { value: 'ADDRESS', schema: address, help: 'The market to audit.' },
  network: {
    value: 'NAME',
    schema: z.string(),
    help: 'Stands for node, market and chain of a known network, where these are not given.',
  },
  chain: {
    value: 'ID',
    schema: wholeNumber('must be a chain ID in digits').transform(Number),
    help: 'The chain that each node must be of.',
  },
  'max-age': {
    value: 'TIME',
    schema: ageSec,
    help: 'How old the newest block may be, such as 30s, 10min, 2h or 1d. 10min where it is left out.',
  },
  from: {
    value: 'BLOCK',
    schema: block,
    help: 'Reports what happened from this block on. All before it is read and checked as well.',
  },
  to: { value: 'BLOCK', schema: block, help: 'Audits the ledger as it was at this block.' },
  checkpoint: {
    value: 'FILE',
    schema: path,
    help: 'Goes on from what this file keeps of the run before, and keeps this one in it. Without it all is read and recomputed.',
  },
  receipts: { schema: flag, help: 'Holds each log against its receipt, not every n-th.' },
  evidence: {
    value: 'DIR|URL',
    schema: z.union([httpUrl, path]),
    help: 'Evidence bundles, which are checked against the ledger and each other.',
  },
  api: {
    value: 'URL',
    schema: httpUrl,
    help: 'A server whose public answers are compared with the ledger.',
  },
  strict: { schema: flag, help: 'What could not be verified counts as a failure: exit code 1.' },
  json: { schema: flag, help: 'One JSON object as the only line of standard output.' },
  csv: {
    value: 'DIR',
    schema: path,
    help: 'Writes sessions.csv, money.csv and meters.csv into this folder.',
  },
  report: {
    value: 'FILE',
    isRepeatable: true,
    schema: z.string().regex(/.\.(html|pdf)$/i, 'must be a file that ends in .html or .pdf'),
    help: 'Writes a report for people, HTML or PDF by the file’s ending.',
  },
  export: {
    value: 'KIND=PATH',
    isRepeatable: true,
    schema: exported,
    help: 'Writes what other tools read: ocpi=FILE, charge detail records; xml=DIR, signed meter records.',
  },
  help: { schema: flag, help: 'Shows this text.' },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

export const optionEntries = (): [OptionName, Option][] => Object.entries(OPTIONS) as [OptionName, Option][];

const HEAD = `plugpact-audit --rpc URL --market ADDRESS [options]
plugpact-audit --network NAME [options]

Recomputes every Wh and every token unit of a market from the ledger, and says whether it reconciles.

Exit code 0: it reconciles; what could not be verified is named.
          1: it does not reconcile, or something could not be verified and --strict is given.
          2: the audit could not run.
`;

const TEXT_COLUMN = 24;
const TEXT_WIDTH = 84;

/** The text of `--help`. */
export function helpText(): string {
  const lines = optionEntries().flatMap(([name, { value, isRepeatable, help }]) => {
    const taken = value === undefined ? '' : ` ${value}${isRepeatable ? ' …' : ''}`;
    const left = `  --${name}${taken}`;
    const [first = '', ...rest] = wrapped(help, TEXT_WIDTH);
    const indent = ' '.repeat(TEXT_COLUMN);
    return [`${left.padEnd(TEXT_COLUMN)}${first}`, ...rest.map((line) => `${indent}${line}`)];
  });
  return [HEAD, 'Options; one with … may be given several times:', ...lines].join('\n');
}

/** Text in lines of at most `width` characters. */
function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
