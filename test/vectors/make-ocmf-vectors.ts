import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes, keccak256, toHex } from 'viem';
import { idTagOf } from '../../protocol/idTag.ts';
import { isMain } from '../../scripts/lib/main.ts';
import { ocmfCases } from './ocmf-cases.ts';
import type { OcmfCase } from './ocmf-readings.ts';

/** Makes test/vectors/ocmf.json again: `node test/vectors/make-ocmf-vectors.ts`. The same seed gives the same file. */
const SEED = 'Plugpact meter records, 2026-11-29';

export const OCMF_FILE = new URL('ocmf.json', import.meta.url);

const seeded = (name: string) => keccak256(toHex(`${SEED}: ${name}`));

/** The booking of all cases. */
export const BOOKING = {
  ref: { chainId: 31_337, market: `0x${seeded('market').slice(26)}` as const },
  bookingId: seeded('booking'),
  secret: seeded('secret'),
};

export const TAG = idTagOf(BOOKING.ref, BOOKING.bookingId, BOOKING.secret);

export const METERS = {
  'ECDSA-secp256r1-SHA256': p256,
  'ECDSA-secp256k1-SHA256': secp256k1,
} as const;
export type MeterCurve = keyof typeof METERS;

const meterSecret = (algorithm: MeterCurve) => hexToBytes(seeded(algorithm));

/** x ‖ y. */
export const meterKeyOf = (algorithm: MeterCurve) =>
  bytesToHex(METERS[algorithm].getPublicKey(meterSecret(algorithm), false).slice(1));

/** The meter's signature, r ‖ s, the same in every run (RFC 6979), with an `s` of either half. */
export function signByMeter(algorithm: MeterCurve, payload: string): string {
  const digest = createHash('sha256').update(payload).digest();
  const signature = METERS[algorithm].sign(digest, meterSecret(algorithm), { prehash: false, lowS: false });
  return Buffer.from(signature).toString('hex');
}

export interface OcmfVector extends OcmfCase {
  algorithm: MeterCurve;
  /** r ‖ s of each payload, hex. */
  signatures: string[];
}

export function ocmfVectors(): { seed: string; idTag: string; cases: OcmfVector[] } {
  const algorithms = Object.keys(METERS) as MeterCurve[];
  const cases = ocmfCases(TAG).map((each, i): OcmfVector => {
    const algorithm = algorithms[i % algorithms.length] ?? 'ECDSA-secp256r1-SHA256';
    return { ...each, algorithm, signatures: each.payloads.map((text) => signByMeter(algorithm, text)) };
  });
  return { seed: SEED, idTag: TAG, cases };
}

if (isMain(import.meta)) writeFileSync(OCMF_FILE, `${JSON.stringify(ocmfVectors(), null, 1)}\n`);
