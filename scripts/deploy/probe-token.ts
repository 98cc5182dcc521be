import { type Abi, type Address, encodeFunctionData, type Hex, hashDomain, parseAbi } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { NetworkToken } from '../../protocol/networks.ts';
import type { Ask } from './probe-chain.ts';
import { readContract } from './read-contract.ts';

/** What a token can do for users without ether, and what its issuer can do to them. */
export interface TokenFacts {
  decimals: number;
  /** ERC-3009: one signature funds and books. */
  hasAuthorizations: boolean;
  /** ERC-2612. */
  hasPermit: boolean;
  /** What a deployer must know and say: nothing here can be undone by the market. */
  risks: string[];
}

/** Balances have 64 bits: more decimals would leave too few whole tokens. */
const MAX_DECIMALS = 8;

const TOKEN_ABI = parseAbi([
  'function decimals() view returns (uint8)',
  'function DOMAIN_SEPARATOR() view returns (bytes32)',
  'function authorizationState(address authorizer, bytes32 nonce) view returns (bool)',
  'function nonces(address owner) view returns (uint256)',
  'function isBlacklisted(address account) view returns (bool)',
  'function paused() view returns (bool)',
  'function balanceOf(address account) view returns (uint256)',
  'function transfer(address to, uint256 amount) returns (bool)',
]);

/** Where an upgradeable proxy keeps its code's address (EIP-1967), and where USDC's first proxy does. */
const IMPLEMENTATION_SLOTS = [
  '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc',
  '0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3',
];

/** An account that holds nothing and nobody uses. */
const SOMEBODY: Address = '0x00000000000000000000000000000000000f1a6e';

const read = <T>(ask: Ask, token: Address, functionName: string, args: readonly unknown[] = []) =>
  readContract<T>(ask, token, TOKEN_ABI as Abi, functionName, args);

/**
 * Probes a token by reads alone.
 *
 * @throws PlugpactError `deploy.noToken`, `deploy.tokenDecimals`, `deploy.tokenDomain`, `deploy.feeOnTransfer`.
 */
export async function probeToken(
  ask: Ask,
  chainId: number,
  token: Pick<NetworkToken, 'decimals' | 'domain'> & { address: Address },
  holder?: Address,
): Promise<TokenFacts> {
  const { address } = token;
  if ((await ask<Hex>('eth_getCode', [address, 'latest'])) === '0x') throw noToken(address);
  const decimals = await read<number>(ask, address, 'decimals');
  if (decimals === undefined || decimals > MAX_DECIMALS || decimals !== token.decimals) {
    throw wrongDecimals(address, decimals, token.decimals);
  }
  await requireDomain(ask, chainId, token);
  if (holder !== undefined) await requireNoFee(ask, address, holder);
  const authorization = await read<boolean>(ask, address, 'authorizationState', [
    SOMEBODY,
    `0x${'00'.repeat(32)}`,
  ]);
  return {
    decimals,
    hasAuthorizations: authorization !== undefined,
    hasPermit: (await read(ask, address, 'nonces', [SOMEBODY])) !== undefined,
    risks: await risksOf(ask, address),
  };
}

/** A token with permits or authorisations signs under its domain: with another one every signature would be refused. */
async function requireDomain(
  ask: Ask,
  chainId: number,
  { address, domain }: Pick<NetworkToken, 'domain'> & { address: Address },
): Promise<void> {
  const found = await read<Hex>(ask, address, 'DOMAIN_SEPARATOR');
  if (found === undefined) return;
  const full = { ...domain, chainId: BigInt(chainId), verifyingContract: address };
  const expected = hashDomain({
    domain: full,
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
    },
  });
  if (found === expected) return;
  throw new PlugpactError({
    code: 'deploy.tokenDomain',
    value: `DOMAIN_SEPARATOR ${found}`,
    rule: `The token's domain is recorded as "${domain.name}", version "${domain.version}", which gives ${expected}.`,
    remedy:
      "Correct name and version of the token's domain in the network's file: its issuer publishes them.",
  });
}

/** Simulates a transfer between two accounts, where the node can: a fee would leave deposits short. */
async function requireNoFee(ask: Ask, token: Address, holder: Address): Promise<void> {
  const abi: Abi = TOKEN_ABI;
  const amount = 1_000n;
  const call = (functionName: string, args: readonly unknown[]) => ({
    from: holder,
    to: token,
    data: encodeFunctionData({ abi, functionName, args }),
  });
  const calls = [call('transfer', [SOMEBODY, amount]), call('balanceOf', [SOMEBODY])];
  const [block] = await ask<{ calls: { returnData: Hex; status: Hex }[] }[]>('eth_simulateV1', [
    { blockStateCalls: [{ calls }] },
    'latest',
  ]);
  const [moved, balance] = block?.calls ?? [];
  if (moved?.status === '0x1' && balance !== undefined && BigInt(balance.returnData) === amount) return;
  throw new PlugpactError({
    code: 'deploy.feeOnTransfer',
    value: `${balance === undefined ? 'no balance' : BigInt(balance.returnData)} of ${amount} units arrived`,
    rule: 'A market needs a token whose transfers arrive whole.',
    remedy: 'Choose another token, or name a holder with enough of it.',
  });
}

async function risksOf(ask: Ask, token: Address): Promise<string[]> {
  const risks: string[] = [];
  if ((await read(ask, token, 'isBlacklisted', [SOMEBODY])) !== undefined) {
    risks.push(
      'Its issuer can block an account: what a blocked account has in the market cannot be sent to it.',
    );
  }
  if ((await read(ask, token, 'paused')) !== undefined) {
    risks.push('Its issuer can pause it: deposits and withdrawals wait until then.');
  }
  const slots = await Promise.all(
    IMPLEMENTATION_SLOTS.map((slot) => ask<Hex>('eth_getStorageAt', [token, slot, 'latest'])),
  );
  if (slots.some((word) => BigInt(word) !== 0n)) {
    risks.push('Its issuer can replace its code: what it does tomorrow is the issuer’s word.');
  }
  return risks;
}

const noToken = (address: Address): PlugpactError =>
  new PlugpactError({
    code: 'deploy.noToken',
    value: address,
    rule: 'The market pays with an ERC-20 contract; there is no contract at this address.',
    remedy: 'Check the address and the network.',
  });

const wrongDecimals = (address: Address, found: number | undefined, expected: number): PlugpactError =>
  new PlugpactError({
    code: 'deploy.tokenDecimals',
    value: `${found ?? 'no'} decimals at ${address}`,
    rule: `The token must have at most ${MAX_DECIMALS} decimals, and the ${expected} that its network's file says.`,
    remedy: 'Choose another token: amounts have 64 bits, and every price is counted in these units.',
  });
