import { parseArgs } from 'node:util';
import { type Address, type Hex, isAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { PlugpactError } from '../../protocol/errors.ts';
import { type Network, type NetworkToken, networkOf, tokenOf } from '../../protocol/networks.ts';
import { rpc } from '../lib/json-rpc.ts';
import { differencesOf } from './check-live.ts';
import { deployLocal } from './deploy-market.ts';
import { deployPlan, planOf, sourcesFor } from './deploy-network.ts';
import { type Ask, type ChainFacts, probeChain } from './probe-chain.ts';
import { probeToken, type TokenFacts } from './probe-token.ts';
import { recordDeployment, writeVerificationInputs } from './record.ts';

const OPTIONS = {
  network: { type: 'string' },
  /** Symbol of a token in the network's file. */
  token: { type: 'string' },
  /** Account with some of the token, for a simulated transfer. */
  holder: { type: 'string' },
  /** Probes and says the addresses; sends nothing. */
  probe: { type: 'boolean' },
  /** Compares the recorded market with the sources; sends nothing. */
  check: { type: 'boolean' },
} as const;

const say = (line: string): void => console.error(line);

/**
 * `npm run deploy -- --network NAME [--token SYMBOL] [--holder ADDRESS] [--probe | --check]`, with
 * DEPLOYER_PRIVATE_KEY, and RPC_URL where the network's own is not wanted. Exit code 0: done; 1: a live market differs;
 * 2: it could not run.
 */
export async function deployCommand(args: string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const network = networkOf(
    required(values.network, '--network'),
    'Write one of these names, or add a file to protocol/networks/.',
  );
  const rpcUrl = process.env.RPC_URL ?? network.rpcUrls[0] ?? '';
  const ask: Ask = (method, params) => askNode(rpcUrl, method, params);
  if (values.check === true) return check(ask, network);
  if (network.layer === 'local') {
    console.log(JSON.stringify(await deployLocal(rpcUrl)));
    return 0;
  }
  const facts = await probeChain(ask, network, Math.floor(Date.now() / 1000));
  sayChain(network, facts);
  const token = tokenOf(network, required(values.token, '--token'));
  sayToken(token, await probeToken(ask, network.chainId, token, addressOf(values.holder)));
  const plan = planOf(network, token, facts);
  for (const { source, address } of Object.values(plan)) say(`  ${source.padEnd(24)} ${address}`);
  if (values.probe === true) return 0;
  const account = privateKeyToAccount(deployerKey());
  const deployment = await deployPlan({ network, rpcUrl, ask, account, plan, say }, token.address);
  say(`Recorded in ${recordDeployment(network.name, deployment)}.`);
  const folder = await writeVerificationInputs(network.name, Object.values(sourcesFor(facts)));
  say(`Input for the verification of the sources is in ${folder}.`);
  console.log(JSON.stringify({ chainId: network.chainId, ...deployment }));
  return 0;
}

async function check(ask: Ask, network: Network): Promise<number> {
  const facts = await probeChain(ask, network, Math.floor(Date.now() / 1000));
  const differences = await differencesOf(ask, network, facts);
  for (const difference of differences) console.log(difference);
  if (differences.length === 0)
    console.log(`The market on ${network.name} is made from these sources, with its settings.`);
  return differences.length === 0 ? 0 : 1;
}

/** Public nodes are asked by `fetch`; they speak https. */
async function askNode<T>(rpcUrl: string, method: string, params: readonly unknown[]): Promise<T> {
  if (rpcUrl.startsWith('http://')) return rpc<T>(rpcUrl, method, [...params]);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(rpcUrl, { method: 'POST', headers, body });
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

function sayChain({ title, chainId }: Network, facts: ChainFacts): void {
  say(
    `${title} (chain ${chainId}): a block every ${facts.blockTimeSec.toFixed(1)} s, the newest ${facts.blockAgeSec} s old.`,
  );
  say(facts.hasClz ? '  It has CLZ.' : '  It has no CLZ: the verifier that does without is deployed.');
  if (!facts.hasP256) say('  It has no P-256 precompile: a proof takes about 240,000 gas more.');
}

function sayToken({ symbol, address }: NetworkToken, facts: TokenFacts): void {
  say(`${symbol} at ${address}: ${facts.decimals} decimals.`);
  if (!facts.hasAuthorizations) say('  No ERC-3009: nobody can fund and book with one signature.');
  if (!facts.hasPermit) say('  No ERC-2612: a deposit needs an approval before.');
  for (const risk of facts.risks) say(`  Risk: ${risk}`);
}

function required(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw new PlugpactError({
    code: 'deploy.settings',
    value: `no ${name}`,
    rule: 'A deployment needs --network, and --token beside the local ledger.',
    remedy: `Write ${name} and its value.`,
  });
}

function addressOf(text: string | undefined): Address | undefined {
  if (text === undefined || isAddress(text)) return text;
  throw new PlugpactError({
    code: 'deploy.settings',
    value: text,
    rule: '--holder is an address: 0x and 40 hex digits.',
    remedy: 'Name an account with some of the token.',
  });
}

function deployerKey(): Hex {
  const key = process.env.DEPLOYER_PRIVATE_KEY ?? '';
  if (/^0x[0-9a-f]{64}$/i.test(key)) return key as Hex;
  throw new PlugpactError({
    code: 'deploy.settings',
    rule: 'DEPLOYER_PRIVATE_KEY pays for the deployment: 0x and 64 hex digits.',
    remedy: 'Set it in the environment, from which alone it is read.',
  });
}
