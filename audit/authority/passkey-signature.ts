import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  type Address,
  decodeAbiParameters,
  type Hex,
  hexToBytes,
  isAddressEqual,
  size,
  sliceHex,
  zeroAddress,
} from 'viem';
import { signerOfBytes } from '../lib/signatures.ts';

/** The key of contracts/PasskeyVerifier.sol: qx ‖ qy ‖ recovery address. */
const KEY_BYTES = 84;
const RECOVERY_SIGNATURE_BYTES = 65;

/** `WebAuthnAuth`, its fields encoded as arguments are. */
const AUTHENTICATION = [
  { name: 'r', type: 'bytes32' },
  { name: 's', type: 'bytes32' },
  { name: 'challengeIndex', type: 'uint256' },
  { name: 'typeIndex', type: 'uint256' },
  { name: 'authenticatorData', type: 'bytes' },
  { name: 'clientDataJSON', type: 'bytes' },
] as const;

interface Assertion {
  r: Hex;
  s: Hex;
  challengeIndex: bigint;
  typeIndex: bigint;
  authenticatorData: Uint8Array;
  clientData: Uint8Array;
}

/** Whether a passkey, or the recovery key beside it, signed: what the verifier's code decides, decided here. */
export function isSignedByPasskey(key: Hex, digest: Hex, signature: Hex): boolean {
  if (size(key) !== KEY_BYTES) return false;
  const recovery = sliceHex(key, 64) as Address;
  if (isAddressEqual(recovery, zeroAddress)) return false;
  if (size(signature) === RECOVERY_SIGNATURE_BYTES) {
    const signer = signerOfBytes(digest, signature);
    return signer !== undefined && isAddressEqual(signer, recovery);
  }
  const assertion = assertionOf(signature);
  return assertion !== undefined && isAssertionBy(sliceHex(key, 0, 64), digest, assertion);
}

/** The one encoding that the verifier takes: six words, and two texts padded to words. */
function assertionOf(signature: Hex): Assertion | undefined {
  try {
    const [r, s, challengeIndex, typeIndex, data, client] = decodeAbiParameters(AUTHENTICATION, signature);
    const [authenticatorData, clientData] = [hexToBytes(data), hexToBytes(client)];
    const length = 8 * 32 + padded(authenticatorData.length) + padded(clientData.length);
    if (size(signature) !== length) return undefined;
    return { r, s, challengeIndex, typeIndex, authenticatorData, clientData };
  } catch {
    return undefined;
  }
}

const padded = (bytes: number): number => Math.ceil(bytes / 32) * 32;

/** Flags of WebAuthn's authenticator data, section 6.1: they stand behind the hash of the page's domain. */
const FLAGS_AT = 32;
const USER_PRESENT = 1 << 0;
const USER_VERIFIED = 1 << 2;
const BACKUP_ELIGIBLE = 1 << 3;
const BACKED_UP = 1 << 4;
const LEAST_BYTES = 37;

function isAssertionBy(publicKey: Hex, digest: Hex, assertion: Assertion): boolean {
  const { authenticatorData, clientData, challengeIndex, typeIndex } = assertion;
  const flags = authenticatorData[FLAGS_AT] ?? 0;
  const challenge = Buffer.from(hexToBytes(digest)).toString('base64url');
  return (
    authenticatorData.length >= LEAST_BYTES &&
    hasAt(clientData, typeIndex, '"type":"webauthn.get"') &&
    hasAt(clientData, challengeIndex, `"challenge":"${challenge}"`) &&
    (flags & USER_PRESENT) !== 0 &&
    (flags & USER_VERIFIED) !== 0 &&
    ((flags & BACKUP_ELIGIBLE) !== 0 || (flags & BACKED_UP) === 0) &&
    isSignedByP256(publicKey, assertion)
  );
}

function hasAt(bytes: Uint8Array, index: bigint, text: string): boolean {
  if (index > BigInt(bytes.length)) return false;
  const from = Number(index);
  return Buffer.from(bytes.subarray(from, from + text.length)).equals(Buffer.from(text));
}

/** SubjectPublicKeyInfo of an uncompressed point of P-256, as far as the point (RFC 5480). */
const SPKI_OF_P256 = '3059301306072a8648ce3d020106082a8648ce3d030107034200' + '04';

/** An `s` of either half is taken, as authenticators sign with both. */
function isSignedByP256(publicKey: Hex, { r, s, authenticatorData, clientData }: Assertion): boolean {
  const clientHash = createHash('sha256').update(clientData).digest();
  const der = Buffer.from(SPKI_OF_P256 + publicKey.slice(2), 'hex');
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const signed = Buffer.concat([authenticatorData, clientHash]);
    const signature = Buffer.from(r.slice(2) + s.slice(2), 'hex');
    return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    // The point is not on the curve.
    return false;
  }
}
