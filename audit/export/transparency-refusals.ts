import type { PinnedMeter } from '../evidence/session-facts.ts';
import { pinnedKey, verifyRecord } from '../ocmf/signature.ts';
import { type ToolPayload, type ToolSignature, toolRecordOf } from './transparency-payload.ts';

/** OCMF versions from 0.1 on, up to this one; later ones are refused by their number alone. */
const NEWEST_VERSION = 1.3;

/** Encodings in which a signature can be the DER that it is. */
const ENCODINGS = new Set(['hex', 'base64', 'base32']);

/** Why S.A.F.E.'s transparency software (d556f1a) would not verify a record, whatever its meter meant. */
export function recordRefusals(record: string, meter: PinnedMeter | undefined): string[] {
  const parts = toolRecordOf(record);
  if (parts === undefined) return ['| inside of the payload: it is read as the end'];
  const { payload, signature } = parts;
  const unread = [
    typeof payload === 'string' ? `payload: ${payload}` : payloadRefusal(payload),
    typeof signature === 'string' ? `signature: ${signature}` : signatureRefusal(signature),
  ].filter((refusal) => refusal !== undefined);
  return unread.length === 0 && meter !== undefined && !isSigned(record, meter)
    ? ['signature: the pinned key does not verify it']
    : unread;
}

function payloadRefusal({ FV, PG }: ToolPayload): string | undefined {
  if (FV === undefined || FV === null) return 'FV: the record names no version of OCMF';
  if (!(Number(FV) >= 0.1 && Number(FV) <= NEWEST_VERSION))
    return `FV ${FV}: versions from 0.1 to ${NEWEST_VERSION} are read`;
  return (PG ?? '').length < 2 ? 'PG: a letter and a number are read' : undefined;
}

function signatureRefusal({ SA, SE }: ToolSignature): string | undefined {
  const [method, curve, hash, ...more] = (SA ?? 'ECDSA-secp256r1-SHA256').split('-');
  if (method !== 'ECDSA' || curve === undefined || hash === undefined || more.length > 0)
    return `SA ${SA}: three parts are read, as in ECDSA-secp256r1-SHA256`;
  return ENCODINGS.has(SE ?? 'hex') ? undefined : `SE ${SE}: hex and base64 are read`;
}

/** By the curve that the record names: the software has no other. */
function isSigned(record: string, { point, algorithm }: PinnedMeter): boolean {
  const key = pinnedKey(point, algorithm);
  const [, payload = '', signature = ''] = record.split('|');
  return key !== undefined && verifyRecord({ payload: Buffer.from(payload), signature }, key);
}
