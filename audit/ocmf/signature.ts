import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Hex } from 'viem';
import type { MeterRecord } from './meter-record.ts';

/** A meter's public key, with the algorithm that is pinned beside it: never the one that a record names. */
export interface MeterPublicKey {
  key: KeyObject;
  /** In OCMF's spelling, for instance `ECDSA-secp256r1-SHA256`. */
  algorithm: string;
}

/** The words of an ECDSA signature, 32 bytes each, as a proof on the ledger has them. */
export interface SignatureWords {
  r: Hex;
  s: Hex;
}

/** SubjectPublicKeyInfo (RFC 5480) before the 64 bytes x ‖ y, by the number that the terms of a listing pin. */
const PINNED: Readonly<Record<number, { algorithm: string; prefix: string }>> = {
  1: {
    algorithm: 'ECDSA-secp256r1-SHA256',
    prefix: '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  },
  2: { algorithm: 'ECDSA-secp256k1-SHA256', prefix: '3056301006072a8648ce3d020106052b8104000a03420004' },
};

/** Curves of OCMF 1.4 by the name that OpenSSL gives them, and the bytes of a coordinate. */
const CURVES: Readonly<Record<string, [name: string, bytes: number]>> = {
  prime192v1: ['secp192r1', 24],
  secp192k1: ['secp192k1', 24],
  prime256v1: ['secp256r1', 32],
  secp256k1: ['secp256k1', 32],
  secp384r1: ['secp384r1', 48],
  brainpoolP256r1: ['brainpool256r1', 32],
  brainpoolP384r1: ['brainpool384r1', 48],
};

/** A key in SubjectPublicKeyInfo; undefined for what is no key of a curve that OCMF has. */
export function keyOfSpki(spki: Uint8Array): MeterPublicKey | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
    return curve && { key, algorithm: `ECDSA-${curve[0]}-SHA256` };
  } catch {
    return undefined;
  }
}

/** SubjectPublicKeyInfo of the 64 bytes that a listing pins; undefined where it pins no such algorithm. */
export function spkiOf(point: Hex, algorithm: number): Uint8Array | undefined {
  const pinned = PINNED[algorithm];
  return pinned && Buffer.from(pinned.prefix + point.slice(2), 'hex');
}

/** The key that a listing pins: 64 bytes x ‖ y, and the number of its algorithm. */
export function pinnedKey(point: Hex, algorithm: number): MeterPublicKey | undefined {
  const spki = spkiOf(point, algorithm);
  return spki && keyOfSpki(spki);
}

/**
 * Whether that key signed a record's exact bytes, by the signature of its own section or by the one given. An `s` of
 * either half counts. A record that names another algorithm than the pinned one is not the key's. Never throws.
 */
export function verifyRecord(
  { payload, signature }: Pick<MeterRecord, 'payload' | 'signature'>,
  { key, algorithm }: MeterPublicKey,
  given?: SignatureWords,
): boolean {
  try {
    const { bytes } = widthOf(key);
    const words = given === undefined ? ofSection(signature ?? '', algorithm, bytes) : ofWords(given);
    return words !== undefined && verify('sha256', payload, { key, dsaEncoding: 'ieee-p1363' }, words);
  } catch {
    return false;
  }
}

function widthOf(key: KeyObject): { bytes: number } {
  const [, bytes = 0] = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? [];
  return { bytes };
}

const ofWords = ({ r, s }: SignatureWords): Uint8Array => Buffer.from(r.slice(2) + s.slice(2), 'hex');

/** `{"SA","SE","SM","SD"}`: DER in hex or base64. Undefined for what is not that. */
function ofSection(section: string, algorithm: string, bytes: number): Uint8Array | undefined {
  const { SA = 'ECDSA-secp256r1-SHA256', SE = 'hex', SM = 'application/x-der', SD } = JSON.parse(section);
  // Some meters spell a curve as brainpoolP256r1.
  if (String(SA).replace('brainpoolP', 'brainpool') !== algorithm || SM !== 'application/x-der')
    return undefined;
  if (typeof SD !== 'string' || (SE !== 'hex' && SE !== 'base64')) return undefined;
  if (SE === 'hex' && !/^(?:[0-9a-f]{2})+$/i.test(SD)) return undefined;
  return concatenated(Buffer.from(SD, SE), bytes);
}

/** SEQUENCE of two INTEGERs (X.690) as r ‖ s, each as wide as the curve's coordinates. */
function concatenated(der: Buffer, bytes: number): Uint8Array | undefined {
  if (der[0] !== 0x30) return undefined;
  const r = integerAt(der, 2);
  const s = r && integerAt(der, r.end);
  if (r === undefined || s === undefined) return undefined;
  const words = [r.digits, s.digits].map((digits) => digits.padStart(2 * bytes, '0'));
  return words.every((word) => word.length === 2 * bytes) ? Buffer.from(words.join(''), 'hex') : undefined;
}

function integerAt(der: Buffer, at: number): { digits: string; end: number } | undefined {
  const from = at + 2;
  const end = from + (der[at + 1] ?? 0);
  if (der[at] !== 0x02 || end === from || end > der.length) return undefined;
  return {
    digits: der
      .subarray(from, end)
      .toString('hex')
      .replace(/^(?:00)+/, ''),
    end,
  };
}
