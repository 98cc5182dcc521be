import { concatHex, type Hex, hexToBytes, keccak256, recoverPublicKey, sha256, stringToBytes } from 'viem';
import { idTagOf, startHashOf } from '../../../protocol/idTag.ts';
import { bestPairs } from '../../../protocol/ocmf/best-pairs.ts';
import { whOf } from '../../../protocol/ocmf/proof.ts';
import { type OcmfRecord, type RecordWindow, readOcmf } from '../../../protocol/ocmf/record.ts';
import { unlessRefused } from '../../../protocol/ocmf/refusal.ts';
import { toMeterSignature } from '../../../protocol/proof.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import type { Metering } from '../../../protocol/terms.ts';

/** Bytes of the salt before the bundle (docs/evidence.md). */
const SALT_BYTES = 32;

/** What speaks against the meter's record. */
export type RecordFault = 'hash' | 'format' | 'secret' | 'signature' | 'unreadable' | 'notBound' | 'energy';

/** What this device found: nobody's word is taken for it. */
export type MeterVerdict =
  | { tier: 'VERIFIED'; provenWh: bigint; records: number }
  | { tier: 'NOT_VERIFIED'; faults: RecordFault[] }
  | { tier: 'NOT_THERE'; why: 'noKey' | 'noRecords' };

export interface RecordCase {
  /** Salt and bundle, as the agent handed them in. */
  bytes: Uint8Array;
  /** Of the reading on the ledger. */
  evidenceHash: Hex;
  bookingId: Hex;
  ref: MarketRef;
  startHash: Hex;
  metering: Metering;
  /** By the booked terms. */
  meterKeyHash: Hex;
  /** x ‖ y, from wherever: only the one with the booked hash is taken. */
  meterKey: Hex;
  window: RecordWindow;
  billedWh: number;
}

interface Bundle {
  records: string[];
  secret: Hex | undefined;
}

/** The lines that matter of a bundle of this booking; undefined for what is none. */
function bundleOf(bytes: Uint8Array, bookingId: Hex): Bundle | undefined {
  try {
    const lines = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(SALT_BYTES)).split('\n');
    const parsed = lines
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const isOfBooking =
      /^plugpact-evidence\/\d+$/.test(String(parsed[0]?.format)) && parsed[0]?.bookingId === bookingId;
    if (!isOfBooking) return undefined;
    const secret = parsed.at(-1)?.startSecret;
    return {
      records: parsed.flatMap(({ record }) => (typeof record === 'string' ? [record] : [])),
      secret: typeof secret === 'string' ? (secret as Hex) : undefined,
    };
  } catch {
    return undefined;
  }
}

/** All between the first and the last `|`, and what signs it. */
function partsOf(record: string, algorithm: string): { payload: Uint8Array; r: Hex; s: Hex } | undefined {
  if (!record.startsWith('OCMF|')) return undefined;
  const end = record.lastIndexOf('|');
  try {
    const block = JSON.parse(record.slice(end + 1)) as { SA?: string; SD: string; SE?: string };
    // `SA` is not signed: a record that contradicts its key is not used.
    if ((block.SA ?? 'ECDSA-secp256r1-SHA256') !== algorithm) return undefined;
    return { payload: stringToBytes(record.slice('OCMF|'.length, end)), ...toMeterSignature(block) };
  } catch {
    return undefined;
  }
}

/** Over P-256 by the browser itself, over secp256k1 by the key that its signature gives. */
async function isSigned(record: string, key: Hex, algorithm: string): Promise<boolean> {
  const parts = partsOf(record, algorithm);
  if (parts === undefined) return false;
  const { payload, r, s } = parts;
  const point = concatHex(['0x04', key]);
  if (algorithm === 'ECDSA-secp256k1-SHA256') {
    const hash = sha256(payload);
    const found = await Promise.all(
      [0, 1].map((yParity) =>
        recoverPublicKey({ hash, signature: { r, s, yParity } }).catch(() => undefined),
      ),
    );
    return found.includes(point);
  }
  const name = 'ECDSA';
  const { subtle } = globalThis.crypto;
  try {
    const imported = await subtle.importKey(
      'raw',
      new Uint8Array(hexToBytes(point)),
      { name, namedCurve: 'P-256' },
      false,
      ['verify'],
    );
    const signature = new Uint8Array(hexToBytes(concatHex([r, s])));
    return await subtle.verify({ name, hash: 'SHA-256' }, imported, signature, new Uint8Array(payload));
  } catch {
    return false;
  }
}

/** What the records of this booking prove by the rules of the ledger. */
function provenBy(
  records: readonly string[],
  ids: ReadonlySet<string>,
  { metering, window }: RecordCase,
): { energyWh: bigint; pairs: number; faults: RecordFault[] } {
  const faults = new Set<RecordFault>();
  const bound: OcmfRecord[] = [];
  for (const record of records) {
    const payload = partsOf(record, metering.meterAlgorithm)?.payload;
    const read = payload && unlessRefused(() => readOcmf(payload, window));
    if (read === undefined || 'refusedBy' in read) faults.add('unreadable');
    else if (ids.has(read.result.id ?? '')) bound.push(read.result);
    else faults.add('notBound');
  }
  const { energy, pairs } = bestPairs(bound);
  return { energyWh: whOf(energy), pairs: pairs.length, faults: [...faults] };
}

/**
 * Verifies a session's signed meter records on this device: the bundle by the hash in the reading on the ledger, each
 * record by the key that the booked terms pin, and the energy by the ledger's own rules for a proof.
 */
export async function verifyMeterRecord(given: RecordCase): Promise<MeterVerdict> {
  const { bytes, metering, meterKey, bookingId, ref, startHash } = given;
  const hasKey = metering.meterAlgorithm !== 'none' && keccak256(meterKey) === given.meterKeyHash;
  if (!hasKey) return { tier: 'NOT_THERE', why: 'noKey' };
  if (sha256(bytes) !== given.evidenceHash) return { tier: 'NOT_VERIFIED', faults: ['hash'] };
  const bundle = bundleOf(bytes, bookingId);
  if (bundle === undefined) return { tier: 'NOT_VERIFIED', faults: ['format'] };
  const { records, secret } = bundle;
  if (records.length === 0) return { tier: 'NOT_THERE', why: 'noRecords' };
  if (secret === undefined || startHashOf(secret) !== startHash)
    return { tier: 'NOT_VERIFIED', faults: ['secret'] };
  const signed = await Promise.all(records.map((one) => isSigned(one, meterKey, metering.meterAlgorithm)));
  // One false record is enough: a good one beside it does not make up for it.
  if (signed.includes(false)) return { tier: 'NOT_VERIFIED', faults: ['signature'] };
  const tag = idTagOf(ref, bookingId, secret);
  const ids = new Set([tag, metering.idTagPrefix + tag]);
  const { energyWh, pairs, faults } = provenBy(records, ids, given);
  // Boxes cut registers to whole Wh: a Wh for each pair may be missing (rule 10).
  if (faults.length > 0) return { tier: 'NOT_VERIFIED', faults };
  if (BigInt(given.billedWh) > energyWh + BigInt(pairs)) return { tier: 'NOT_VERIFIED', faults: ['energy'] };
  return { tier: 'VERIFIED', provenWh: energyWh, records: records.length };
}
