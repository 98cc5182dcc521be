import { Verifier } from '@road-labs/ocmf';
import { Crypto } from '@road-labs/ocmf-crypto-noble';
import { type Hex, hexToBytes } from 'viem';
import { z } from 'zod';

/** A meter key as the listing pins it. */
export interface MeterKey {
  /** x ‖ y, 64 bytes. */
  key: Hex;
  algorithm: 'ECDSA-secp256r1-SHA256' | 'ECDSA-secp256k1-SHA256';
}

/** What a record is worth. `unverified`: there is no enrolled key to check it with. */
export type Verdict = 'verified' | 'invalid' | 'unverified';

/** DER of SubjectPublicKeyInfo up to the uncompressed point, per curve. */
const SPKI_PREFIX: Record<MeterKey['algorithm'], string> = {
  'ECDSA-secp256r1-SHA256': '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  'ECDSA-secp256k1-SHA256': '3056301006072a8648ce3d020106052b8104000a03420004',
};

/** DER of the key as SubjectPublicKeyInfo, hex without 0x. */
export const spkiOf = ({ key, algorithm }: MeterKey): string => SPKI_PREFIX[algorithm] + key.slice(2);

/** The pinned form of a key that a wallbox tells; undefined for curves that the ledger does not know. */
export function meterKeyOf(spkiHex: string): MeterKey | undefined {
  for (const [algorithm, prefix] of Object.entries(SPKI_PREFIX)) {
    const key = spkiHex.slice(prefix.length);
    if (spkiHex.startsWith(prefix) && key.length === 128) {
      return { key: `0x${key}`, algorithm: algorithm as MeterKey['algorithm'] };
    }
  }
  return undefined;
}

const container = z.object({ signedMeterData: z.string() });

/** Pulls the OCMF text out of a SignedData value: container, base64 of it, or the bare text; else undefined. */
export function ocmfOf(value: string): string | undefined {
  let data = value.trim();
  try {
    data = container.parse(JSON.parse(data)).signedMeterData.trim();
  } catch {
    // No container: some boxes send the record itself.
  }
  if (data.startsWith('OCMF|')) return data;
  const decoded = Buffer.from(data, 'base64').toString('utf8').trim();
  return decoded.startsWith('OCMF|') ? decoded : undefined;
}

const signatureBlock = z.object({ SA: z.string().optional(), SD: z.string() });

/**
 * Checks a record's signature over its exact bytes with the enrolled key. The algorithm is the one pinned with the
 * key: a record that names another one is invalid, because `SA` stands outside of what is signed. Never throws.
 */
export async function verifyRecord(record: string, key: MeterKey | undefined): Promise<Verdict> {
  if (key === undefined) return 'unverified';
  try {
    const { SA } = signatureBlock.parse(JSON.parse(record.split('|')[2] ?? ''));
    if ((SA ?? 'ECDSA-secp256r1-SHA256') !== key.algorithm) return 'invalid';
    const crypto = new Crypto();
    const publicKey = await crypto.decodeEcPublicKey(hexToBytes(`0x${spkiOf(key)}`), 'spki-der');
    const { verified } = await new Verifier(crypto).parseAndVerify(record, publicKey);
    return verified ? 'verified' : 'invalid';
  } catch {
    return 'invalid';
  }
}
