import { parseArgs } from 'node:util';
import type { Address } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../protocol/errors.ts';
import { deploymentOf, networkOf } from '../protocol/networks.ts';
import { address } from '../protocol/schemas.ts';

export interface AuditSettings {
  rpc: string;
  market: Address;
  /** Origin of an API whose bookings are to be compared with the ledger. */
  api?: string;
  json: boolean;
}

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const schema = z.strictObject({
  rpc: httpUrl,
  market: address,
  api: httpUrl.optional(),
  json: z.boolean().default(false),
});

/**
 * Reads the command line of `npm run audit`. A network's name stands for its node and its market, where these are not
 * given.
 *
 * @throws PlugpactError `audit.settings`, naming the option and what it must be; `network.unknown`, `network.noMarket`.
 */
export function parseSettings(args: string[]): AuditSettings {
  const options = {
    network: { type: 'string' },
    rpc: { type: 'string' },
    market: { type: 'string' },
    api: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  let given: { network?: string };
  try {
    ({ values: given } = parseArgs({ args, options, strict: true }));
  } catch (error) {
    throw refusal((error as Error).message);
  }
  const { network, ...own } = given;
  const values: unknown = network === undefined ? own : settingsOf(network, own);
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data as AuditSettings;
  const [issue] = parsed.error.issues;
  const value = (values as Record<string, unknown>)[String(issue?.path[0])];
  const name = `--${String(issue?.path[0])}`;
  throw refusal(value === undefined ? `no ${name}` : `${name} ${value}: ${issue?.message}`);
}

/** What is given on the command line stands before what the network's file says. */
function settingsOf(name: string, own: { market?: string }): { rpc: string | undefined; market: string } {
  const network = networkOf(name);
  const market = own.market ?? deploymentOf(network).market;
  return { rpc: network.rpcUrls[0], ...own, market };
}

const refusal = (value: string) =>
  new PlugpactError({
    code: 'audit.settings',
    value,
    rule: 'The audit takes --rpc URL and --market ADDRESS, or --network NAME, and optionally --api URL and --json.',
    remedy: 'For instance: --rpc http://127.0.0.1:8545 --market 0x…(40 hex digits).',
  });
