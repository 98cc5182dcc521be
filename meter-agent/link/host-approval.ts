import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  type Hex,
  hashTypedData,
  isAddressEqual,
  type PublicClient,
  parseAbi,
  size,
  slice,
} from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { signerAccountOf } from '../../protocol/funding.ts';
import { signerOf } from '../../protocol/signature.ts';
import { type MarketRef, typedData } from '../../protocol/signedTypes.ts';

/** A key's, or any that the host's wallet accepts. */
export interface HostApproval {
  ref: MarketRef;
  bookingId: Hex;
  host: Hex;
  signature: Hex;
}

const WALLET = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)']);
const VERIFIER = parseAbi([
  'function verify(bytes key, bytes32 hash, bytes signature) view returns (bytes4)',
]);
/** The answer of a contract that accepts the signature: ERC-1271's and ERC-7913's own selectors. */
const TAKEN_BY_WALLET = '0x1626ba7e';
const TAKEN_BY_VERIFIER = '0x024ad318';

/**
 * Whether the host signed `HandoverApproval{bookingId}`, in any way that the market accepts: the host's key first, an
 * ERC-7913 signer whose account the host is, or the host's own contract (ERC-1271). The latter two are asked on the
 * ledger; without an answer nothing is approved.
 *
 * @throws PlugpactError `handover.ledgerAway`
 */
export async function isApproved(client: PublicClient, approval: HostApproval): Promise<boolean> {
  const { ref, bookingId, host, signature } = approval;
  const key = await signerOf(ref, 'HandoverApproval', { bookingId }, signature).catch(() => undefined);
  if (key !== undefined && isAddressEqual(key, host)) return true;
  const hash = hashTypedData(typedData(ref, 'HandoverApproval', { bookingId }) as never);
  const signer = signerIn(approval);
  if (signer !== undefined) {
    const [verifier, publicKey] = [slice(signer, 0, 20), slice(signer, 20)];
    const args = [publicKey, hash, restAfter(signer, signature)] as const;
    const call = { address: verifier, abi: VERIFIER, functionName: 'verify', args } as const;
    return (await answerTo(client.readContract(call))) === TAKEN_BY_VERIFIER;
  }
  const args = [hash, signature] as const;
  const call = { address: host, abi: WALLET, functionName: 'isValidSignature', args } as const;
  return (await answerTo(client.readContract(call))) === TAKEN_BY_WALLET;
}

/** The ERC-7913 signer in the signature (its length in two bytes before it), if the host is its account. */
function signerIn({ host, signature }: HostApproval): Hex | undefined {
  const bytes = size(signature) < 2 ? 0 : Number(slice(signature, 0, 2));
  if (bytes <= 20 || size(signature) <= 2 + bytes) return undefined;
  const signer = slice(signature, 2, 2 + bytes);
  return isAddressEqual(signerAccountOf(signer), host) ? signer : undefined;
}

const restAfter = (signer: Hex, signature: Hex): Hex => slice(signature, 2 + size(signer));

/** Undefined when the contract refuses, or does not exist. */
async function answerTo(asked: Promise<Hex>): Promise<Hex | undefined> {
  try {
    return await asked;
  } catch (error) {
    const isRefusal = (cause: unknown) =>
      cause instanceof ContractFunctionRevertedError || cause instanceof ContractFunctionZeroDataError;
    if (error instanceof BaseError && error.walk(isRefusal) !== null) return undefined;
    throw new PlugpactError({
      code: 'handover.ledgerAway',
      rule: 'The approval of a contract account is asked for on the ledger, which does not answer now.',
      remedy: 'Approve again when the ledger answers.',
      retry: 'later',
    });
  }
}
