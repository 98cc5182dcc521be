import { type Address, bytesToHex, concat, numberToBytes, stringToBytes } from 'viem';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { vaultError } from './vaultError.ts';

/** A vault begins with this, and with the version of what follows. */
const MAGIC = stringToBytes('PPV');
const SCHEMA = 1;
const HEADER_BYTES = MAGIC.length + 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
const OVERHEAD_BYTES = HEADER_BYTES + IV_BYTES + TAG_BYTES + LENGTH_BYTES;

/** A vault has one of these sizes, so that it tells no more of what is in it. */
const SIZES = [4_096, 8_192, 16_384, 32_768, 65_536] as const;

/** Text that fits into a vault, in bytes. */
export const MAX_TEXT_BYTES = SIZES[SIZES.length - 1]! - OVERHEAD_BYTES;

/** The key of an account's vault in one market; it cannot be read out of the browser again. */
export async function vaultKeyOf(secret: Uint8Array, ref: MarketRef, account: Address): Promise<CryptoKey> {
  const source = await crypto.subtle.importKey('raw', Uint8Array.from(secret), 'HKDF', false, ['deriveKey']);
  const info = `Plugpact vault, chain ${ref.chainId}, market ${ref.market.toLowerCase()}, account ${account.toLowerCase()}`;
  const derivation = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(32),
    info: ownBytes(stringToBytes(info)),
  };
  const use = { name: 'AES-GCM', length: 256 };
  return crypto.subtle.deriveKey(derivation, source, use, false, ['encrypt', 'decrypt']);
}

/**
 * Seals a text as the version of a vault: header, 12 bytes of IV, AES-256-GCM of length, text and padding. Header and version are
 * authenticated, so that no server can hand out an old vault as a newer one.
 */
export async function sealVault(key: CryptoKey, text: string, version: number): Promise<Uint8Array> {
  const bytes = stringToBytes(text);
  const size = SIZES.find((one) => bytes.length + OVERHEAD_BYTES <= one);
  if (size === undefined) throw vaultError('full');
  const padded = new Uint8Array(size - OVERHEAD_BYTES + LENGTH_BYTES);
  padded.set(numberToBytes(bytes.length, { size: LENGTH_BYTES }));
  padded.set(bytes, LENGTH_BYTES);
  const header = concat([MAGIC, Uint8Array.of(SCHEMA)]);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(gcm(iv, header, version), key, padded);
  return concat([header, iv, new Uint8Array(sealed)]);
}

/**
 * Opens a vault.
 *
 * @throws PlugpactError `vault.newer`, `vault.foreign`, `vault.wrongKey`.
 */
export async function openVault(key: CryptoKey, bytes: Uint8Array, version: number): Promise<string> {
  const header = bytes.slice(0, HEADER_BYTES);
  const schema = header[MAGIC.length] ?? 0;
  if (bytesToHex(header.slice(0, MAGIC.length)) !== bytesToHex(MAGIC) || schema === 0)
    throw vaultError('foreign');
  if (schema > SCHEMA) throw vaultError('newer');
  const iv = bytes.slice(HEADER_BYTES, HEADER_BYTES + IV_BYTES);
  const sealed = bytes.slice(HEADER_BYTES + IV_BYTES);
  const padded = await crypto.subtle.decrypt(gcm(iv, header, version), key, sealed).catch((cause) => {
    throw vaultError('wrongKey', cause);
  });
  const length = new DataView(padded).getUint32(0);
  return new TextDecoder('utf-8', { fatal: true }).decode(
    new Uint8Array(padded).subarray(LENGTH_BYTES, LENGTH_BYTES + length),
  );
}

const gcm = (iv: Uint8Array, header: Uint8Array, version: number): AesGcmParams => ({
  name: 'AES-GCM',
  iv: ownBytes(iv),
  additionalData: ownBytes(concat([header, numberToBytes(version, { size: 4 })])),
});

/** WebCrypto takes no bytes that another thread may change. */
const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);
