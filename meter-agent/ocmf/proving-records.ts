import { createPublicKey, verify } from 'node:crypto';
import { concatHex, stringToHex } from 'viem';
import { z } from 'zod';
import { type MeterRecordStruct, toMeterSignature } from '../../protocol/proof.ts';
import { type MeterKey, spkiOf } from './ocmf.ts';

/** The parts of a payload that are needed to combine records; the ledger reads the rest (OCMF 1.4, "Payload"). */
const payloadFacts = z.object({
  PG: z.string().regex(/^T\d{1,15}$/),
  ID: z.string(),
  RD: z.array(z.object({ TX: z.string().nullish() })),
});
const signatureFacts = z.object({ SD: z.string(), SE: z.string().optional() });

interface MeterRecord {
  page: number;
  id: string;
  begins: boolean;
  ends: boolean;
  struct: MeterRecordStruct;
}

/** E: end; L, R, A, P: ended locally, remotely, after an error, after a power loss (OCMF 1.4, table "Reading"). */
const ENDS = new Set(['E', 'L', 'R', 'A', 'P']);

/**
 * The records among a session's signed meter values that prove its energy: signed by the pinned key, made under one of these ids, in
 * the order of their pages, each with begin and end, or a begin followed by its end.
 */
export function provingRecords(
  signedValues: readonly string[],
  key: MeterKey,
  ids: ReadonlySet<string>,
): MeterRecordStruct[] {
  const records = signedValues
    .filter((value) => value.startsWith('OCMF|'))
    .flatMap((value) => parseRecord(value, key))
    .filter(({ id }) => ids.has(id))
    .sort((a, b) => a.page - b.page);
  const proving: MeterRecord[] = [];
  let begun: MeterRecord | undefined;
  for (const record of records) {
    if (record.page <= (proving.at(-1)?.page ?? -1)) continue;
    if (!record.ends) {
      if (record.begins) begun = record;
      continue;
    }
    // A charge point may send the begin alone first: the record of begin and end contains it, too.
    if (record.begins) proving.push(record);
    else if (begun !== undefined && begun.page < record.page) proving.push(begun, record);
    begun = undefined;
  }
  return proving.map(({ struct }) => struct);
}

/** Nothing for a record that is malformed or not signed by that key: one bad record must not discard the others. */
function parseRecord(record: string, key: MeterKey): MeterRecord[] {
  try {
    const end = record.lastIndexOf('|');
    const payload = record.slice('OCMF|'.length, end);
    const { PG, ID, RD } = payloadFacts.parse(JSON.parse(payload));
    const { SD, SE } = signatureFacts.parse(JSON.parse(record.slice(end + 1)));
    const struct = {
      payload: stringToHex(payload),
      ...toMeterSignature(SE === undefined ? { SD } : { SD, SE }),
    };
    if (!isSigned(payload, struct, key)) return [];
    // A reading without TX belongs to the one before it.
    const types = new Set(RD.map(({ TX }) => TX));
    const ends = [...ENDS].some((type) => types.has(type));
    return [{ page: Number(PG.slice(1)), id: ID, begins: types.has('B'), ends, struct }];
  } catch {
    return [];
  }
}

function isSigned(payload: string, { r, s }: MeterRecordStruct, key: MeterKey): boolean {
  const spki = Buffer.from(spkiOf(key), 'hex');
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signature = Buffer.from(concatHex([r, s]).slice(2), 'hex');
  return verify(
    'sha256',
    Buffer.from(payload, 'utf8'),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    signature,
  );
}
