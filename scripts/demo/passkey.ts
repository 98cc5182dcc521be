import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { type Address, type Hex, hexToBytes, toHex } from 'viem';
import { signatureBySigner, signerAccountOf } from '../../protocol/funding.ts';
import { type PasskeyAssertion, passkeySignatureOf, passkeySignerOf } from '../../protocol/passkey.ts';
import { spkiToMeterKey } from '../../protocol/proof.ts';

/** Whose page made the passkey. */
const PAGE = { id: 'charge.example', origin: 'https://charge.example' };

/** User present and verified (WebAuthn level 2, section 6.1). */
const PRESENT_AND_VERIFIED = 0x05;

/** An account whose key only a device has. */
export interface PasskeyAccount {
  address: Address;
  /** Signature for the market over an EIP-712 digest. */
  sign(digest: Hex): Hex;
}

/** Makes a passkey account with a P-256 key of this process in place of a device's. */
export function makePasskeyAccount(verifier: Address, recovery: Address): PasskeyAccount {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const signer = passkeySignerOf(verifier, spkiToMeterKey(toHex(spki)), recovery);
  const signBytes = (bytes: Buffer) => sign('sha256', bytes, privateKey);
  return {
    address: signerAccountOf(signer),
    sign: (digest) => signatureBySigner(signer, passkeySignatureOf(assertionOver(digest, signBytes))),
  };
}

/** What a browser answers when the page asks with the digest as its challenge. */
function assertionOver(digest: Hex, signBytes: (bytes: Buffer) => Buffer): PasskeyAssertion {
  const clientDataJSON = JSON.stringify({
    type: 'webauthn.get',
    challenge: Buffer.from(hexToBytes(digest)).toString('base64url'),
    origin: PAGE.origin,
    crossOrigin: false,
  });
  const signCount = Buffer.alloc(4);
  const authenticatorData = Buffer.concat([sha256(PAGE.id), Buffer.from([PRESENT_AND_VERIFIED]), signCount]);
  const signature = signBytes(Buffer.concat([authenticatorData, sha256(clientDataJSON)]));
  return { authenticatorData: toHex(authenticatorData), clientDataJSON, signature: toHex(signature) };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
