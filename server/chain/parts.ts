import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  getContractAddress,
  type Hex,
  isAddressEqual,
  parseAbi,
  zeroHash,
} from 'viem';
import { depositAddressesAbi } from '../../protocol/abi.ts';
import { depositAddressOf } from '../../protocol/depositAddress.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import type { ServerConfig } from '../config.ts';
import type { LedgerClient } from './client.ts';

const VERIFIER_ABI = parseAbi(['function verify(bytes, bytes32, bytes) view returns (bytes4)']);

/** What a verifier of ERC-7913 answers where it refuses. */
const REFUSED: Hex = '0xffffffff';

/**
 * Checks the contracts that clients are told of beside the market: what is sent to the deposit addresses of another
 * market, or belongs to an account whose verifier does not exist, could not be moved.
 *
 * @throws PlugpactError `ledger.noDepositAddresses`, `ledger.noPasskeyVerifier`; trying again does not help.
 */
export async function checkParts(
  client: LedgerClient,
  config: Pick<ServerConfig, 'market' | 'depositAddresses' | 'passkeyVerifier'>,
): Promise<void> {
  const { market, depositAddresses, passkeyVerifier } = config;
  if (depositAddresses !== undefined && !(await depositsInto(client, depositAddresses, market))) {
    throw notOfMarket(depositAddresses, market);
  }
  if (passkeyVerifier !== undefined && !(await verifies(client, passkeyVerifier))) {
    throw noVerifier(passkeyVerifier);
  }
}

/** The code of all deposit addresses is the first that the factory made; the market's address is a constant in it. */
async function depositsInto(client: LedgerClient, factory: Address, market: Address): Promise<boolean> {
  const call = { address: factory, abi: depositAddressesAbi, functionName: 'addressOf' } as const;
  const found = await client.readContract({ ...call, args: [market, 0] }).catch(unlessNoContract);
  if (found === undefined || !isAddressEqual(found, depositAddressOf(factory, market, 0))) return false;
  const code = await client.getCode({ address: getContractAddress({ from: factory, nonce: 1n }) });
  return code?.includes(market.slice(2).toLowerCase()) ?? false;
}

async function verifies(client: LedgerClient, address: Address): Promise<boolean> {
  const call = { address, abi: VERIFIER_ABI, functionName: 'verify' } as const;
  return (
    (await client.readContract({ ...call, args: ['0x', zeroHash, '0x'] }).catch(unlessNoContract)) === REFUSED
  );
}

/** Nothing for a contract that has no such function; an unreachable ledger is thrown on. */
function unlessNoContract(error: unknown): undefined {
  const isMeant = (inner: unknown) =>
    inner instanceof ContractFunctionRevertedError || inner instanceof ContractFunctionZeroDataError;
  if (error instanceof BaseError && error.walk(isMeant) !== null) return undefined;
  throw error;
}

const notOfMarket = (depositAddresses: Address, market: Address): PlugpactError =>
  new PlugpactError({
    code: 'ledger.noDepositAddresses',
    value: `DEPOSIT_ADDRESSES_ADDRESS = ${depositAddresses}`,
    rule: `It must be the DepositAddresses of the market ${market}: others would take what drivers send elsewhere.`,
    remedy: 'Correct it, or leave it out: then nobody is told of deposit addresses.',
  });

const noVerifier = (passkeyVerifier: Address): PlugpactError =>
  new PlugpactError({
    code: 'ledger.noPasskeyVerifier',
    value: `PASSKEY_VERIFIER_ADDRESS = ${passkeyVerifier}`,
    rule: 'It must be a PasskeyVerifier on this ledger: money of an account without its verifier could not be moved.',
    remedy: 'Correct it, or leave it out: then nobody is told of passkey accounts.',
  });
