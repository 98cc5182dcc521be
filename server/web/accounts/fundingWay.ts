import {
  BaseError,
  domainSeparator,
  type Hex,
  HttpRequestError,
  parseAbi,
  TimeoutError,
  type TypedDataDomain,
  zeroAddress,
  zeroHash,
} from 'viem';
import type { Ledger } from '../app/ledgerClient.ts';
import type { Wallet } from './walletKinds.ts';

/**
 * How money gets from a wallet into a purse: with the booking, by the one signature of ERC-3009; by a permit (ERC-2612),
 * or an allowance, and a transaction of the wallet. `none`: the account holds no tokens, and its purse has an address.
 */
export type FundingWay =
  | { kind: 'authorization' | 'permit'; domain: TypedDataDomain }
  | { kind: 'allowance' | 'none' };

const TOKEN = parseAbi([
  'function eip712Domain() view returns (bytes1,string,string,uint256,address,bytes32,uint256[])',
  'function name() view returns (string)',
  'function version() view returns (string)',
  'function DOMAIN_SEPARATOR() view returns (bytes32)',
  'function authorizationState(address,bytes32) view returns (bool)',
  'function nonces(address) view returns (uint256)',
]);

type Read = (typeof TOKEN)[number]['name'];

/** Undefined where the token has no such function. @throws where the ledger does not answer. */
async function read<T>({ client, token }: Ledger, functionName: Read, args: unknown[] = []) {
  try {
    return (await client.readContract({ address: token, abi: TOKEN, functionName, args } as never)) as T;
  } catch (error) {
    const isUnanswered = (e: unknown) => e instanceof HttpRequestError || e instanceof TimeoutError;
    if (!(error instanceof BaseError) || error.walk(isUnanswered) !== null) throw error;
    return undefined;
  }
}

const known = new Map<string, Promise<FundingWay>>();

/** The way that the ledger's token allows for a wallet. A token does not change: it is asked once. */
export function fundingWayOf({ kind }: Pick<Wallet, 'kind'>, ledger: Ledger): Promise<FundingWay> {
  if (kind === 'passkey') return Promise.resolve({ kind: 'none' });
  const found = known.get(ledger.token);
  if (found !== undefined) return found;
  const asked = askWay(ledger).catch((error) => {
    known.delete(ledger.token);
    throw error;
  });
  known.set(ledger.token, asked);
  return asked;
}

async function askWay(ledger: Ledger): Promise<FundingWay> {
  const [domain, authorizes, nonce] = await Promise.all([
    checkedDomain(ledger),
    read<boolean>(ledger, 'authorizationState', [zeroAddress, zeroHash]),
    read<bigint>(ledger, 'nonces', [zeroAddress]),
  ]);
  if (domain !== undefined && authorizes !== undefined) return { kind: 'authorization', domain };
  return domain !== undefined && nonce !== undefined ? { kind: 'permit', domain } : { kind: 'allowance' };
}

/**
 * The token's EIP-712 domain, where it gives the separator that the token itself has: else a signature would be refused, or
 * be one for another token.
 */
async function checkedDomain(ledger: Ledger): Promise<TypedDataDomain | undefined> {
  const separator = await read<Hex>(ledger, 'DOMAIN_SEPARATOR');
  if (separator === undefined) return undefined;
  const said = await read<[Hex, string, string]>(ledger, 'eip712Domain');
  const name = said?.[1] ?? (await read<string>(ledger, 'name'));
  const version = said?.[2] ?? (await read<string>(ledger, 'version')) ?? '1';
  if (name === undefined) return undefined;
  const domain = { name, version, chainId: ledger.ref.chainId, verifyingContract: ledger.token };
  return domainSeparator({ domain }) === separator ? domain : undefined;
}
