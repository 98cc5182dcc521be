import {
  bytesToHex,
  concatHex,
  type Hex,
  hexToBytes,
  isAddressEqual,
  recoverMessageAddress,
  slice,
} from 'viem';
import type { Ledger } from '../app/ledgerClient.ts';
import { accountError } from './accountError.ts';
import { heldRecoveryKey } from './recoveryKey.ts';
import { rememberedSource, rememberSource } from './secretSource.ts';
import type { PasskeyWallet, Wallet } from './walletKinds.ts';

/**
 * 32 bytes that only the account can make, on every device and page where it signs: of the passkey's PRF, else of the
 * recovery key; of a wallet's fixed signature; of the demo key. May prompt, once while the page is open.
 *
 * @throws PlugpactError `account.noSecret` for a wallet whose signatures are not those of a key; `account.locked`.
 */
export async function accountSecret(wallet: Wallet, ledger: Ledger): Promise<Uint8Array> {
  const kept = sourceAtHand(wallet);
  if (kept !== undefined) return derive(kept, ledger);
  const source = await askedSource(wallet, ledger);
  rememberSource(wallet, source);
  return derive(source, ledger);
}

/** The same where it takes no prompt. */
export async function secretAtHand(wallet: Wallet, ledger: Ledger): Promise<Uint8Array | undefined> {
  const source = sourceAtHand(wallet);
  return source === undefined ? undefined : derive(source, ledger);
}

function sourceAtHand(wallet: Wallet): Hex | undefined {
  if (wallet.kind === 'demo') return wallet.privateKey;
  const kept = rememberedSource(wallet);
  return kept ?? (wallet.kind === 'passkey' ? wallet.secret : undefined);
}

async function askedSource(wallet: Wallet, ledger: Ledger): Promise<Hex> {
  if (wallet.kind === 'demo') return wallet.privateKey;
  if (wallet.kind === 'browser') return signedSource(wallet, ledger);
  return wallet.credentialId === undefined ? recoveredSource(wallet) : passkeySource(wallet.credentialId);
}

async function passkeySource(credentialId: string): Promise<Hex> {
  const { assertPasskey } = await import('./webauthn.ts');
  const challenge = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
  const { prf } = await assertPasskey(challenge, credentialId);
  if (prf === undefined) throw accountError('noSecret');
  return prf;
}

/** What the PRF made was sealed to the recovery key when the account was. */
async function recoveredSource(wallet: PasskeyWallet): Promise<Hex> {
  const key = heldRecoveryKey(wallet);
  return wallet.sealedSecret === undefined ? recoverySource(key) : openSecret(key, wallet.sealedSecret);
}

const IV_BYTES = 12;

/** Seals what the PRF made to the recovery key (AES-GCM, 12 bytes of IV first), for the account's public part. */
export async function sealSecret(recoveryKey: Hex, source: Hex): Promise<Hex> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await sealingKey(recoveryKey);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytesOf(source));
  return concatHex([bytesToHex(iv), bytesToHex(new Uint8Array(sealed))]);
}

async function openSecret(recoveryKey: Hex, sealed: Hex): Promise<Hex> {
  const [iv, text] = [bytesOf(slice(sealed, 0, IV_BYTES)), bytesOf(slice(sealed, IV_BYTES))];
  const key = await sealingKey(recoveryKey);
  return bytesToHex(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, text)));
}

async function sealingKey(recoveryKey: Hex): Promise<CryptoKey> {
  const raw = await hkdf(bytesOf(recoveryKey), 'Plugpact: key of a sealed secret');
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

const bytesOf = (hex: Hex): Uint8Array<ArrayBuffer> => hexToBytes(hex) as Uint8Array<ArrayBuffer>;

/** Where the authenticator makes no secrets. */
export async function recoverySource(recoveryKey: Hex): Promise<Hex> {
  return bytesToHex(await hkdf(bytesOf(recoveryKey), 'Plugpact: secret of a recovery key'));
}

/** Keys sign the same text in the same way (RFC 6979); contracts and shared keys need not. */
async function signedSource(wallet: Wallet, ledger: Ledger): Promise<Hex> {
  const { signTextBy } = await import('./signers.ts');
  const message = `Plugpact: open what my devices keep for my bookings.

Sign this only on a page that you trust. It moves no money.
Market: ${ledger.ref.market.toLowerCase()}, chain ${ledger.ref.chainId}`;
  const signature = await signTextBy(wallet, ledger, message);
  const signer = await recoverMessageAddress({ message, signature }).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, wallet.address)) throw accountError('noSecret');
  return signature.slice(0, 130) as Hex;
}

/** Of one market: what is sealed for another cannot be opened by it. */
const derive = (source: Hex, { ref }: Ledger): Promise<Uint8Array> =>
  hkdf(
    bytesOf(source),
    `Plugpact: secret of an account, chain ${ref.chainId}, market ${ref.market.toLowerCase()}`,
  );

async function hkdf(source: Uint8Array<ArrayBuffer>, info: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', source, 'HKDF', false, ['deriveBits']);
  const given = { salt: new Uint8Array(32), info: new TextEncoder().encode(info) };
  const bits = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', ...given }, key, 256);
  return new Uint8Array(bits);
}
