import {
  type Address,
  concatHex,
  encodeAbiParameters,
  type Hex,
  isAddressEqual,
  size,
  zeroAddress,
} from 'viem';
import { PlugpactError } from './errors.ts';
import { toMeterSignature } from './proof.ts';

/** The account's signer (ERC-7913) as contracts/PasskeyVerifier.sol reads it: verifier ‖ qx ‖ qy ‖ recovery address. */
export function passkeySignerOf(verifier: Address, publicKey: Hex, recovery: Address): Hex {
  if (size(publicKey) !== 64 || isAddressEqual(recovery, zeroAddress)) {
    throw new PlugpactError({
      code: 'passkey.signer',
      value: `${size(publicKey)} bytes, recovery key ${recovery}`,
      rule: 'A passkey account is made of a public key of 64 bytes (x ‖ y) and a recovery key that is not zero.',
      remedy: 'Make the recovery key on the device before the account.',
    });
  }
  return concatHex([verifier, publicKey, recovery]);
}

/** What `navigator.credentials.get` answers, with a digest as its challenge. */
export interface PasskeyAssertion {
  authenticatorData: Hex;
  clientDataJSON: string;
  /** DER. */
  signature: Hex;
}

const AUTHENTICATION = [
  { name: 'r', type: 'bytes32' },
  { name: 's', type: 'bytes32' },
  { name: 'challengeIndex', type: 'uint256' },
  { name: 'typeIndex', type: 'uint256' },
  { name: 'authenticatorData', type: 'bytes' },
  { name: 'clientDataJSON', type: 'string' },
] as const;

/** The signature that the verifier takes. An assertion without challenge or type is encoded too, and refused there. */
export function passkeySignatureOf({ authenticatorData, clientDataJSON, signature }: PasskeyAssertion): Hex {
  const { r, s } = toMeterSignature({ SD: signature.slice(2) });
  const indexOf = (member: string) => BigInt(Math.max(0, clientDataJSON.indexOf(member)));
  const indexes = [indexOf('"challenge"'), indexOf('"type"')] as const;
  return encodeAbiParameters(AUTHENTICATION, [r, s, ...indexes, authenticatorData, clientDataJSON]);
}
