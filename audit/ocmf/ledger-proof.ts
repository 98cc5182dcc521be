import { type Hex, hexToBytes } from 'viem';
import { readRecord } from './meter-record.ts';
import { provenWh } from './proven-energy.ts';
import { RecordRefused, type RecordRule, ruleOrResult } from './refusal.ts';
import { type MeterPublicKey, pinnedKey, type SignatureWords, verifyRecord } from './signature.ts';

/** A record as a proof's calldata has it. */
export interface SignedPayload extends SignatureWords {
  payload: Hex;
}

/** What a proof must be of: the tag of its booking, with the prefix that the terms pin, and the booking's times. */
export interface ProofCase {
  tag: string;
  /** One character for each byte; empty where the terms pin none. */
  prefix: string;
  /** Unix seconds. */
  opens: number;
  closes: number;
  /** The number that the terms pin: 1 is secp256r1, 2 is secp256k1. */
  algorithm: number;
}

/** The Wh that a proof on the ledger is worth, or the rule by which it is worth nothing. */
export function wattHoursOfProof(
  { tag, prefix, opens, closes, algorithm }: ProofCase,
  meterKey: Hex,
  records: readonly SignedPayload[],
): { result: number } | { rule: RecordRule } {
  const binding = { from: opens, until: closes, ids: new Set([tag, prefix + tag]) };
  return ruleOrResult(() => {
    const key = pinnedKey(meterKey, algorithm);
    return provenWh(
      records.map((record) => signedRecord(record, key)),
      binding,
    );
  });
}

function signedRecord({ payload, r, s }: SignedPayload, key: MeterPublicKey | undefined) {
  const bytes = hexToBytes(payload);
  const isSigned = key !== undefined && verifyRecord({ payload: bytes, signature: undefined }, key, { r, s });
  if (!isSigned) throw new RecordRefused('signature');
  return readRecord(bytes);
}
