import { createPublicKey, verify } from 'node:crypto';
import { concatHex, type Hex, hexToBytes, stringToBytes, toHex } from 'viem';
import { z } from 'zod';
import { type MeterRecordStruct, toMeterSignature } from '../../protocol/proof.ts';

/** A meter key as the listing pins it. */
export interface MeterKey {
  /** x ‖ y, 64 bytes. */
  key: Hex;
  algorithm: 'ECDSA-secp256r1-SHA256' | 'ECDSA-secp256k1-SHA256';
}

/** The result of checking a record. `unverified`: there is no enrolled key to check it with. */
export type Verdict = 'verified' | 'invalid' | 'unverified';

/** DER of SubjectPublicKeyInfo up to the uncompressed point, per curve. */
const SPKI_PREFIX: Record<MeterKey['algorithm'], string> = {
  'ECDSA-secp256r1-SHA256': '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  'ECDSA-secp256k1-SHA256': '3056301006072a8648ce3d020106052b8104000a03420004',
};

/** DER of the key as SubjectPublicKeyInfo, hex without 0x. */
export const spkiOf = ({ key, algorithm }: MeterKey): string => SPKI_PREFIX[algorithm] + key.slice(2);

/** The pinned form of a key that a wallbox reports; undefined for curves that the ledger does not know. */
export function meterKeyOf(spkiHex: string): MeterKey | undefined {
  for (const [algorithm, prefix] of Object.entries(SPKI_PREFIX)) {
    const key = spkiHex.slice(prefix.length);
    if (spkiHex.startsWith(prefix) && key.length === 128) {
      return { key: `0x${key}`, algorithm: algorithm as MeterKey['algorithm'] };
    }
  }
  return undefined;
}

/** A key of any curve that OCMF knows: enough to find an assurance level, not always accepted by the ledger. */
export interface RecordKey {
  /** DER of SubjectPublicKeyInfo, lower-case hex without 0x. */
  spkiHex: string;
  algorithm: string;
}

export const recordKey = (key: MeterKey): RecordKey => ({ spkiHex: spkiOf(key), algorithm: key.algorithm });

/** OIDs of the curves (RFC 5480, RFC 5639, SEC 2) in DER, as a SubjectPublicKeyInfo contains them. */
const CURVE_OIDS: Record<string, string> = {
  '06082a8648ce3d030101': 'secp192r1',
  '06052b8104001f': 'secp192k1',
  '06082a8648ce3d030107': 'secp256r1',
  '06052b8104000a': 'secp256k1',
  '06052b81040022': 'secp384r1',
  '06092b2403030208010107': 'brainpool256r1',
  '06092b240303020801010b': 'brainpool384r1',
};

/** Undefined for what is not a key, and for curves that OCMF does not have. */
export function recordKeyOf(spkiHex: string): RecordKey | undefined {
  const found = Object.entries(CURVE_OIDS).find(([oid]) => spkiHex.slice(0, 64).includes(oid));
  return found && { spkiHex, algorithm: `ECDSA-${found[1]}-SHA256` };
}

/** `SD` and the fields beside it (OCMF 1.4, "Signature"). Other forms than DER are not OCMF. */
const signatureBlock = z.object({
  SA: z.string().optional(),
  SD: z.string(),
  SE: z.enum(['hex', 'base64']).optional(),
  SM: z.literal('application/x-der').optional(),
});

/** Names of curves as some meters spell them; OCMF 1.4 has no P in them. */
const spelledRight = (algorithm: string): string => algorithm.replace('brainpoolP', 'brainpool');

/**
 * The signature, DER in hex. Throws for what is not a signature, and for an algorithm other than the pinned one: `SA` is
 * not covered by the signature, and a record that contradicts its key is not used.
 */
function signatureOf(record: string, algorithm: string): string {
  const { SA, SD, SE } = signatureBlock.parse(JSON.parse(record.slice(record.lastIndexOf('|') + 1)));
  if (spelledRight(SA ?? 'ECDSA-secp256r1-SHA256') !== algorithm) throw new Error('another algorithm');
  const hex = SE === 'base64' ? Buffer.from(SD, 'base64').toString('hex') : SD.toLowerCase();
  if (!/^([0-9a-f]{2})+$/.test(hex)) throw new Error('no hex digits');
  return hex;
}

/** The exact bytes that the meter signed: all between the first and the last `|`. */
export const payloadOf = (record: string): Uint8Array =>
  stringToBytes(record.slice('OCMF|'.length, record.lastIndexOf('|')));

/**
 * The record as the ledger takes it, if that key signed it; an `s` of either half counts. Undefined for all else; never
 * throws.
 */
export function signedBy(record: string, { key, algorithm }: MeterKey): MeterRecordStruct | undefined {
  if (!record.startsWith('OCMF|')) return undefined;
  try {
    const payload = payloadOf(record);
    const { r, s } = toMeterSignature({ SD: signatureOf(record, algorithm) });
    const spki = Buffer.from(spkiOf({ key, algorithm }), 'hex');
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const isSigned = verify('sha256', payload, options, hexToBytes(concatHex([r, s])));
    return isSigned ? { payload: toHex(payload), r, s } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Checks a record's signature over its exact bytes with the enrolled key, whose algorithm is pinned with it. Curves that
 * the ledger does not know are the library's. Never throws.
 */
export async function verifyRecord(record: string, key: RecordKey | undefined): Promise<Verdict> {
  if (key === undefined) return 'unverified';
  const ledgerKey = meterKeyOf(key.spkiHex);
  if (ledgerKey !== undefined) return signedBy(record, ledgerKey) === undefined ? 'invalid' : 'verified';
  return (await isSignedOnOtherCurve(record, key)) ? 'verified' : 'invalid';
}

async function isSignedOnOtherCurve(record: string, { spkiHex, algorithm }: RecordKey): Promise<boolean> {
  try {
    // Loaded when first needed: few meters have such a curve, and the library's curves take memory.
    const [{ Verifier }, { Crypto }] = await Promise.all([
      import('@road-labs/ocmf'),
      import('@road-labs/ocmf-crypto-noble'),
    ]);
    const crypto = new Crypto();
    const publicKey = await crypto.decodeEcPublicKey(hexToBytes(`0x${spkiHex}`), 'spki-der');
    // In the spelling that the library reads; the signed bytes are untouched.
    const signature = JSON.stringify({ SA: algorithm, SD: signatureOf(record, algorithm) });
    const respelled = `${record.slice(0, record.lastIndexOf('|'))}|${signature}`;
    return (await new Verifier(crypto).parseAndVerify(respelled, publicKey)).verified;
  } catch {
    return false;
  }
}
