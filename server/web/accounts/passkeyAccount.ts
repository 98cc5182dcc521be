import { p256 } from '@noble/curves/nist.js';
import { bytesToHex, concatHex, type Hex, hexToBytes, sha256, size, stringToHex } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { signerAccountOf } from '../../../protocol/funding.ts';
import { type PasskeyAssertion, passkeySignerOf } from '../../../protocol/passkey.ts';
import { accountError } from './accountError.ts';
import { makeWords, privateKeyOf, recoveryKeyOf } from './recoveryKey.ts';
import { recoverySource, sealSecret } from './secret.ts';
import { rememberSource } from './secretSource.ts';
import type { PasskeyWallet, Role } from './walletKinds.ts';
import { assertPasskey, createPasskey } from './webauthn.ts';

type Market = Pick<ConfigResponse, 'passkeyVerifier'>;

export interface NewAccount {
  wallet: PasskeyWallet;
  /** Shown once and kept nowhere. */
  words: string;
}

/**
 * Makes a passkey and the account of it with a new recovery key. An authenticator that brings its secret only with a
 * signature is asked for one.
 *
 * @throws PlugpactError `passkey.refused`, `passkey.unsupported`, `passkey.noVerifier`.
 */
export async function createAccount(role: Role, market: Market, name: string): Promise<NewAccount> {
  const verifier = verifierOf(market);
  const words = makeWords();
  const recovery = recoveryKeyOf(words);
  const { credentialId, publicKey, hasPrf, prf: early } = await createPasskey(name, recovery.address);
  const signer = passkeySignerOf(verifier, publicKey, recovery.address).toLowerCase() as Hex;
  const wallet: PasskeyWallet = {
    role,
    kind: 'passkey',
    address: signerAccountOf(signer),
    signer,
    credentialId,
  };
  const prf = early ?? (hasPrf ? (await assertPasskey(randomHex(), credentialId)).prf : undefined);
  const recoveryKey = privateKeyOf(recovery);
  if (prf === undefined) return { wallet: { ...wallet, secret: await recoverySource(recoveryKey) }, words };
  rememberSource(wallet, prf);
  return { wallet: { ...wallet, sealedSecret: await sealSecret(recoveryKey, prf) }, words };
}

/**
 * The account of a passkey that this page made before, on this device or one that shares its passkeys. An assertion fits
 * two public keys (ECDSA); the one that a second assertion fits too is the passkey's.
 *
 * @throws PlugpactError `passkey.refused`, `passkey.unsupported`, `passkey.noVerifier`, `passkey.unknown`.
 */
export async function findAccount(role: Role, market: Market): Promise<PasskeyWallet> {
  const verifier = verifierOf(market);
  const first = await assertPasskey(randomHex());
  const { credentialId, userHandle } = first;
  if (userHandle === undefined || size(userHandle) !== 20) throw accountError('passkeyUnknown');
  const second = await assertPasskey(randomHex(), credentialId);
  const fitting = keysOf(second.assertion);
  const publicKey = keysOf(first.assertion).find((key) => fitting.includes(key));
  if (publicKey === undefined) throw accountError('passkeyUnknown');
  const signer = passkeySignerOf(verifier, publicKey, userHandle).toLowerCase() as Hex;
  const wallet: PasskeyWallet = {
    role,
    kind: 'passkey',
    address: signerAccountOf(signer),
    signer,
    credentialId,
  };
  const prf = first.prf ?? second.prf;
  if (prf !== undefined) rememberSource(wallet, prf);
  return wallet;
}

function verifierOf({ passkeyVerifier }: Market): Hex {
  if (passkeyVerifier === null) throw accountError('noVerifier');
  return passkeyVerifier as Hex;
}

const randomHex = (): Hex => bytesToHex(crypto.getRandomValues(new Uint8Array(32)));

/** The public keys (x ‖ y) that could have made an assertion. */
export function keysOf({ authenticatorData, clientDataJSON, signature }: PasskeyAssertion): Hex[] {
  const signed = hexToBytes(concatHex([authenticatorData, sha256(stringToHex(clientDataJSON))]));
  const digest = sha256(signed, 'bytes');
  const parsed = p256.Signature.fromBytes(hexToBytes(signature), 'der');
  return [0, 1].flatMap((bit) => {
    try {
      const point = parsed.addRecoveryBit(bit).recoverPublicKey(digest);
      return [`0x${point.toHex(false).slice(2)}` as Hex];
    } catch {
      return [];
    }
  });
}
