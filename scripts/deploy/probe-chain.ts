import type { Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Network } from '../../protocol/networks.ts';
import { min } from '../../protocol/units.ts';

/** Asks a node: `eth_call` and the like. */
export type Ask = <T>(method: string, params: readonly unknown[]) => Promise<T>;

/** What was found out about a chain before anything is spent on it. */
export interface ChainFacts {
  /** Whether it has the CLZ opcode (osaka): it decides which verifier of meter records is deployed. */
  hasClz: boolean;
  /** Whether it checks P-256 at 0x100 (EIP-7951); without it a proof takes about 240,000 gas more. */
  hasP256: boolean;
  blockTimeSec: number;
  /** Age of the newest block. */
  blockAgeSec: number;
  /** The most gas that one transaction may take. */
  gasCap: bigint;
}

/** A transaction may hold this much gas where EIP-7825 is active. */
const TRANSACTION_GAS_CAP = 16_777_216n;

/** About what the largest of our contracts takes to deploy. */
const DEPLOY_GAS = 7_000_000n;

/** Creation code that computes `opcode(1)` and returns it as one word, by the opcode's byte. */
const OPCODES = {
  CLZ: '60011e5f5260205ff3',
  TLOAD: '60015c5f5260205ff3',
  MCOPY: '60205f5f5e60205ff3',
} as const satisfies Record<string, string>;

/** A valid signature, made for this probe: hash, r, s, x, y. */
const P256_VALID: Hex = `0x${[
  '1aff72abec8bc37136f7fb70acd60e7f48b8ee9471ef365f92b85f3f6c03add2',
  'efc6b993ec09a877504fd93e4f8b152de0deb41e8635033a4e84c6246e1b9bea',
  '75b3beb0a56633f47236866e2c7970b72d8cef3d4cdf0a326e7c7fd28f1a7862',
  '4601a2ac2539ba0d2c29a8b0dace5d5ee0548dcf85b54d0562f2a35b257c74ab',
  'ed633ebba3a9e8e261a16d38fd149905b92a9f3ce78759ebda48173a557ed43e',
].join('')}`;

const P256_PRECOMPILE = '0x0000000000000000000000000000000000000100';

/** Blocks over which the block time is averaged. */
const SAMPLE_BLOCKS = 20;

/** A chain whose newest block is older stands still. */
const STANDS_STILL_SEC = 600;

interface Block {
  number: Hex;
  timestamp: Hex;
  gasLimit: Hex;
}

/**
 * Probes a chain by reads alone.
 *
 * @throws PlugpactError `deploy.wrongChain`, `deploy.opcodeMissing`, `deploy.chainStandsStill`, `deploy.gasCap`.
 */
export async function probeChain(ask: Ask, network: Network, nowSec: number): Promise<ChainFacts> {
  const chainId = Number(await ask<Hex>('eth_chainId', []));
  if (chainId !== network.chainId) throw wrongChain(chainId, network);
  for (const name of ['TLOAD', 'MCOPY'] as const) {
    if (!(await runs(ask, OPCODES[name]))) throw opcodeMissing(name, network);
  }
  const latest = await ask<Block>('eth_getBlockByNumber', ['latest', false]);
  const facts = {
    hasClz: await runs(ask, OPCODES.CLZ),
    hasP256: await hasP256(ask),
    blockTimeSec: await blockTime(ask, latest),
    blockAgeSec: Math.max(0, nowSec - Number(latest.timestamp)),
    gasCap: min(TRANSACTION_GAS_CAP, BigInt(latest.gasLimit)),
  };
  if (network.layer !== 'local' && facts.blockAgeSec > STANDS_STILL_SEC) throw standsStill(facts, network);
  if (facts.gasCap < DEPLOY_GAS) throw gasCapTooLow(facts, network);
  return facts;
}

/** A node answers with what creation code returns, or with an error where an opcode is unknown. */
const runs = (ask: Ask, code: string): Promise<boolean> =>
  ask<Hex>('eth_call', [{ data: `0x${code}` }, 'latest']).then(
    (result) => result !== '0x',
    () => false,
  );

const hasP256 = (ask: Ask): Promise<boolean> =>
  ask<Hex>('eth_call', [{ to: P256_PRECOMPILE, data: P256_VALID }, 'latest']).then(
    (result) => result !== '0x' && BigInt(result) === 1n,
    () => false,
  );

async function blockTime(ask: Ask, latest: Block): Promise<number> {
  const blocks = Math.min(SAMPLE_BLOCKS, Number(latest.number));
  if (blocks === 0) return 0;
  const number = `0x${(BigInt(latest.number) - BigInt(blocks)).toString(16)}`;
  const earlier = await ask<Block>('eth_getBlockByNumber', [number, false]);
  return (Number(latest.timestamp) - Number(earlier.timestamp)) / blocks;
}

const wrongChain = (chainId: number, { name, chainId: expected }: Network): PlugpactError =>
  new PlugpactError({
    code: 'deploy.wrongChain',
    value: `chain ${chainId}`,
    rule: `${name} is chain ${expected}.`,
    remedy: `Set RPC_URL to a node of ${name}, or name the network that this node belongs to.`,
  });

const opcodeMissing = (opcode: string, { name }: Network): PlugpactError =>
  new PlugpactError({
    code: 'deploy.opcodeMissing',
    value: opcode,
    rule: `The contracts need the opcodes of the cancun hardfork; ${name} has not all of them.`,
    remedy: 'Deploy on a chain that has them: every call would revert here.',
  });

const standsStill = ({ blockAgeSec }: { blockAgeSec: number }, { name }: Network): PlugpactError =>
  new PlugpactError({
    code: 'deploy.chainStandsStill',
    value: `a newest block of ${blockAgeSec} s ago`,
    rule: `A node of ${name} in step has a block of the last ${STANDS_STILL_SEC} s.`,
    remedy: 'Wait until the node has caught up, or set RPC_URL to another one.',
    retry: 'later',
  });

const gasCapTooLow = ({ gasCap }: { gasCap: bigint }, { name }: Network): PlugpactError =>
  new PlugpactError({
    code: 'deploy.gasCap',
    value: `${gasCap} gas per transaction`,
    rule: `The largest contract takes about ${DEPLOY_GAS} gas to deploy, in one transaction.`,
    remedy: `Nothing was sent: ${name} cannot hold these contracts.`,
  });
