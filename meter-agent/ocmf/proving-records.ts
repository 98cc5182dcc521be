import { bestPairs } from '../../protocol/ocmf/best-pairs.ts';
import { isBound, type RecordBinding } from '../../protocol/ocmf/proof.ts';
import { type OcmfRecord, readOcmf } from '../../protocol/ocmf/record.ts';
import { unlessRefused } from '../../protocol/ocmf/refusal.ts';
import type { MeterRecordStruct } from '../../protocol/proof.ts';
import { type MeterKey, payloadOf, signedBy } from './ocmf.ts';

/**
 * The records among a session's signed meter values that prove its energy, as the ledger takes them: signed by the
 * pinned key, bound to the booking, each with begin and end, or a begin followed by its end. What the ledger would
 * refuse is left out, since it would refuse the good record beside it too.
 */
export function provingRecords(
  signedValues: readonly string[],
  key: MeterKey,
  binding: RecordBinding,
): MeterRecordStruct[] {
  const records = signedValues.flatMap((value) => readable(value, key, binding));
  return bestPairs(records).pairs.flatMap((pair) => pair.records.map(({ struct }) => struct));
}

function readable(
  value: string,
  key: MeterKey,
  binding: RecordBinding,
): (OcmfRecord & { struct: MeterRecordStruct })[] {
  const struct = signedBy(value, key);
  if (struct === undefined) return [];
  const read = unlessRefused(() => readOcmf(payloadOf(value), binding.window));
  return 'result' in read && isBound(read.result, binding) ? [{ ...read.result, struct }] : [];
}
