import type { PinnedMeter } from '../evidence/session-facts.ts';
import { spkiOf } from '../ocmf/signature.ts';

/** A record, and what S.A.F.E.'s transparency software (d556f1a) has against it. */
export interface ContainedRecord {
  /** PG, as the record writes it. */
  page: string;
  refusals: string[];
}

export interface Container {
  xml: string;
  records: ContainedRecord[];
}

/** OCMF versions from 0.1 on, up to this one; later ones are refused by their number alone. */
const NEWEST_VERSION = 1.3;

/**
 * The records of one session in the container that outside tools read: `values.xsd` of S.A.F.E.'s transparency software. Each is
 * in it character by character, with the key that the listing pins.
 */
export function transparencyXml(records: readonly string[], meter: PinnedMeter | undefined): Container {
  const spki = meter && spkiOf(meter.point, meter.algorithm);
  const contained = records.filter((record) => record.startsWith('OCMF|'));
  const transactions = transactionIds(contained);
  const values = contained.map((record, index) => {
    const context = /"TX" *: *"[ELRAP]"/.test(record) ? 'Transaction.End' : 'Transaction.Begin';
    const key =
      spki === undefined ? '' : `<publicKey encoding="hex">${Buffer.from(spki).toString('hex')}</publicKey>`;
    const data = `<signedData format="OCMF" encoding="plain">${escaped(record)}</signedData>`;
    return `<value transactionId="${transactions[index]}" context="${context}">${key}${data}</value>\n`;
  });
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<values>\n${values.join('')}</values>\n`;
  return {
    xml,
    records: contained.map((record) => ({ page: pageOf(record), refusals: refusalsOf(record) })),
  };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const pageOf = (record: string): string => /"PG" *: *"([^"]*)"/.exec(record)?.[1] ?? '';

/** A whole record is one transaction, a begin and the end behind it are one together. Numbers from 1 (xs:integer). */
function transactionIds(records: readonly string[]): number[] {
  let last = 0;
  let isBegun = false;
  return records.map((record) => {
    const [begins, ends] = [/"TX" *: *"B"/.test(record), /"TX" *: *"[ELRAP]"/.test(record)];
    const isEndOfLast = isBegun && ends && !begins;
    isBegun = begins && !ends;
    if (!isEndOfLast) last++;
    return last;
  });
}

/** Why the software would not verify a record whose signature is good. */
function refusalsOf(record: string): string[] {
  const refusals: string[] = [];
  const version = /"FV" *: *"?([^",}]*)/.exec(record)?.[1];
  if (version === undefined) refusals.push('FV: the record names no version of OCMF');
  else if (!(Number(version) >= 0.1 && Number(version) <= NEWEST_VERSION))
    refusals.push(`FV ${version}: versions from 0.1 to ${NEWEST_VERSION} are read`);
  // It takes the record apart at every |.
  if (record.split('|').length !== 3) refusals.push('| inside of the payload: it is read as the end');
  return refusals;
}
