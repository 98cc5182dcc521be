import { type Address, concatHex, encodeAbiParameters, type Hex, hashTypedData, keccak256, size } from 'viem';
import { type Booking, type IntentLimits, intentMessage } from './booking.ts';
import { PlugpactError } from './errors.ts';
import { type MarketRef, typedData } from './signedTypes.ts';

/** Must equal contracts/stages/Funding.sol: distinguishes the nonce of a deposit from any other purpose. */
const DEPOSIT_PURPOSE = keccak256(new TextEncoder().encode('Plugpact deposit by ERC-3009'));

/** Must equal contracts/libraries/Signatures.sol. */
const SIGNER_ACCOUNT = keccak256(new TextEncoder().encode('Plugpact account of an ERC-7913 signer'));

/** An ERC-3009 authorisation in the form that the contracts take; the market computes its nonce. */
export interface AuthorizationStruct {
  from: Address;
  /** Token units. */
  value: bigint;
  /** Unix seconds. */
  validAfter: bigint;
  /** Unix seconds. */
  validBefore: bigint;
  signature: Hex;
}

/** The EIP-712 message `ReceiveWithAuthorization` of ERC-3009, under the token's own domain. */
export const RECEIVE_WITH_AUTHORIZATION = [
  { name: 'from', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'validAfter', type: 'uint256' },
  { name: 'validBefore', type: 'uint256' },
  { name: 'nonce', type: 'bytes32' },
] as const;

/** Nonce of an authorisation that `depositWithAuthorization` takes; `salt` is any 32 bytes, new for each deposit. */
export function depositNonce(account: Address, purse: number, salt: Hex): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'address' }, { type: 'uint32' }, { type: 'bytes32' }],
      [DEPOSIT_PURPOSE, account, purse, salt],
    ),
  );
}

/** Nonce of an authorisation that `fundAndBook` takes: the EIP-712 digest of the booking's intent. */
export function fundAndBookNonce(ref: MarketRef, booking: Booking, limits: IntentLimits): Hex {
  return hashTypedData(typedData(ref, 'Intent', intentMessage(booking, limits)) as never);
}

/** The account of an ERC-7913 signer (verifier ‖ key, more than 20 bytes): `address(keccak256(tag ‖ signer))`. */
export function signerAccountOf(signer: Hex): Address {
  requireLongSigner(signer);
  return `0x${keccak256(concatHex([SIGNER_ACCOUNT, signer])).slice(26)}`;
}

/**
 * The signature of such an account for the market: length of the signer in two bytes, signer, signature. In lower case,
 * as signatures travel in JSON; addresses in a signer often have the mixed case of a checksum.
 */
export function signatureBySigner(signer: Hex, signature: Hex): Hex {
  requireLongSigner(signer);
  const length = size(signer).toString(16).padStart(4, '0');
  return concatHex([`0x${length}`, signer, signature]).toLowerCase() as Hex;
}

function requireLongSigner(signer: Hex): void {
  if (size(signer) > 20 && size(signer) <= 0xffff) return;
  throw new PlugpactError({
    code: 'signer.length',
    value: `${size(signer)} bytes`,
    rule: 'A signer is a verifier of 20 bytes followed by a key (ERC-7913), 65,535 bytes at most.',
    remedy: 'Use the address itself when the signer is one.',
  });
}
