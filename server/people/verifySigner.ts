import {
  type Address,
  BaseError,
  encodeFunctionData,
  type Hex,
  isAddressEqual,
  LimitExceededRpcError,
  parseAbi,
  parseSignature,
  recoverAddress,
  size,
  slice,
  sliceHex,
} from 'viem';
import { signerAccountOf } from '../../protocol/funding.ts';
import { isUnreachable } from '../../protocol/ledger/nodes.ts';
import { isCanonical } from '../../protocol/signature.ts';
import type { LedgerClient } from '../chain/client.ts';

const ERC1271 = parseAbi(['function isValidSignature(bytes32,bytes) view returns (bytes4)']);
const ERC7913 = parseAbi(['function verify(bytes,bytes32,bytes) view returns (bytes4)']);
/** What each of them answers for a good signature: its own selector, in the first of 32 bytes. */
const IS_SIGNED = {
  erc1271: `0x1626ba7e${'00'.repeat(28)}`,
  erc7913: `0x024ad318${'00'.repeat(28)}`,
} as const;

/** What a signature's check may burn: twice what a passkey costs on a ledger without the P-256 precompile. */
const MAX_GAS = 1_000_000n;

/**
 * Whether an account signed a digest, by the rules of contracts/libraries/Signatures.sol: by its key (ECDSA), else by its
 * code (ERC-1271), else by the signer of which it is the hash (ERC-7913). The ledger's own contracts decide, asked over a node.
 *
 * @throws a viem error when no node can be reached: whether it is signed is not known then.
 */
export async function isSignedByAccount(
  client: LedgerClient,
  account: Address,
  digest: Hex,
  signature: Hex,
): Promise<boolean> {
  if (await isSignedByKey(account, digest, signature)) return true;
  if (((await client.getCode({ address: account })) ?? '0x') !== '0x') {
    const data = encodeFunctionData({ abi: ERC1271, args: [digest, signature] });
    return (await firstWord(client, account, data)) === IS_SIGNED.erc1271;
  }
  return isSignedBySigner(client, account, digest, signature);
}

async function isSignedByKey(account: Address, hash: Hex, signature: Hex): Promise<boolean> {
  if (size(signature) !== 65) return false;
  try {
    if (!isCanonical(parseSignature(signature))) return false;
    return isAddressEqual(await recoverAddress({ hash, signature }), account);
  } catch {
    return false;
  }
}

/** The signature is the signer's length in two bytes, the signer (verifier ‖ key), and what its verifier takes. */
async function isSignedBySigner(client: LedgerClient, account: Address, digest: Hex, signature: Hex) {
  if (size(signature) < 2) return false;
  const end = 2 + Number(sliceHex(signature, 0, 2));
  if (end <= 22 || size(signature) < end) return false;
  const signer = sliceHex(signature, 2, end);
  if (!isAddressEqual(signerAccountOf(signer), account)) return false;
  const rest = size(signature) === end ? '0x' : sliceHex(signature, end);
  const data = encodeFunctionData({ abi: ERC7913, args: [sliceHex(signer, 20), digest, rest] });
  return (await firstWord(client, sliceHex(signer, 0, 20), data)) === IS_SIGNED.erc7913;
}

/** The first 32 bytes of a call's answer; undefined where it reverts or answers with less. */
async function firstWord(client: LedgerClient, to: Address, data: Hex): Promise<Hex | undefined> {
  try {
    const answer = await client.call({ to, data, gas: MAX_GAS });
    return answer.data !== undefined && size(answer.data) >= 32 ? slice(answer.data, 0, 32) : undefined;
  } catch (error) {
    if (isUnreachable(error) || isBusy(error)) throw error;
    return undefined;
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof BaseError && error.walk((inner) => inner instanceof LimitExceededRpcError) !== null;
