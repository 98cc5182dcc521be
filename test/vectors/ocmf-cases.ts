import type { OcmfRule } from '../../protocol/ocmf/refusal.ts';
import { faults, leftOut, registers, times } from './ocmf-reading-cases.ts';
import {
  begin,
  end,
  type MakePayload,
  type OcmfCase,
  of,
  PREFIX,
  type Reading,
  reading,
} from './ocmf-readings.ts';

/** The cases for one idTag. */
export function ocmfCases(tag: string): OcmfCase[] {
  const text: MakePayload = (RD, change = {}) => JSON.stringify({ PG: 'T7', ID: tag, RD, ...change });
  const good = text([begin(), end()]);
  return [
    of('one record of begin and end', 9_000, good),
    ...leftOut(text),
    ...texts(good, text),
    ...times(text),
    ...faults(text),
    ...registers(text),
    ...identifications(tag, text),
    ...several(text),
  ];
}

function texts(good: string, text: MakePayload): OcmfCase[] {
  const nested = ['["E"]', '{"E":1}', '[]', 'null', '0', 'true'];
  return [
    of('a slash that is escaped', 'malformed', good.replace('"RD"', '"GI":"a\\/b","RD"')),
    of('a letter that is escaped', 'malformed', good.replace('"EF":""', '"EF":"\\u0045"')),
    of('a key that is escaped', 'malformed', good.replace('"EF"', '"E\\u0046"')),
    of('a backslash outside of texts', 'malformed', good.replace('"RD"', '\\"RD"')),
    ...['\n', '\r\n', '\t'].map((gap) =>
      of(`${JSON.stringify(gap)} between values`, 'malformed', good.replace(',"RD"', `,${gap}"RD"`)),
    ),
    of('a line break in a text', 'malformed', good.replace('"RD"', '"GI":"a\nb","RD"')),
    of(
      'spaces between values',
      9_000,
      good
        .replaceAll(':', ': ')
        .replaceAll(',"', ' ,  "')
        .replaceAll('08: ', '08:')
        .replaceAll('-0: ', '-0:')
        .replaceAll(/(\d\d): (\d\d)/g, '$1:$2')
        .replaceAll('TAG: ', 'TAG:'),
    ),
    of('umlauts in a text that is not handled', 9_000, good.replace('"RD"', '"GI":"Zähler für €","RD"')),
    of('nested values that are not handled', 9_000, good.replace('"RD"', '"IF":["A",{"B":[1,"]"]}],"RD"')),
    of('brackets of two kinds', 'malformed', good.replace('"RD"', '"IF":["A"},"RD"')),
    ...nested.flatMap((value) => [
      of(`EF is ${value}`, 'EF', good.replace('"EF":""', `"EF":${value}`)),
      of(`ST is ${value}`, 'ST', good.replace('"ST":"G"', `"ST":${value}`)),
      of(`TX is ${value}`, 'TX', good.replace('"TX":"B"', `"TX":${value}`)),
      of(`RI is ${value}`, 'RI', good.replace('"RI":"1-0:1.8.0"', `"RI":${value}`)),
      of(`RU is ${value}`, 'RU', good.replace('"RU":"kWh"', `"RU":${value}`)),
      of(`ID is ${value}`, 'ID', good.replace(/"ID":"[^"]*"/, `"ID":${value}`)),
      of(`PG is ${value}`, 'PG', good.replace('"PG":"T7"', `"PG":${value}`)),
    ]),
    of('RV is nested', 'RV', good.replace('"RV":10', '"RV":[10]')),
    of('CL is nested', 'CL', good.replace('"ST":"G"', '"ST":"G","CL":[0]')),
    of('RD is a text', 'malformed', text('no readings')),
    of('RD is empty', 'malformed', text([])),
    of('no RD', 'incomplete', text(undefined)),
    ...['PG', 'ID', 'RD'].map((key) =>
      of(
        `${key} twice`,
        key as OcmfRule,
        `${good.slice(0, -1)},"${key}":${key === 'RD' ? good.slice(good.indexOf('['), -1) : '"T7"'}}`,
      ),
    ),
    ...['TM', 'TX', 'RV', 'RI', 'RU', 'EF', 'ST'].map((key) =>
      of(`${key} twice in a reading`, key as OcmfRule, good.replace(`"${key}":`, `"${key}":"","${key}":`)),
    ),
    of('a key twice that is not handled', 9_000, good.replace('"RD"', '"GI":"a","GI":"b","RD"')),
    of('a second payload behind it', 'malformed', `${good}${good}`),
    of('cut by a byte', 'malformed', good.slice(0, -1)),
    of('nothing', 'malformed', ''),
    of(
      'readings before the rest',
      9_000,
      JSON.stringify({ RD: [begin(), end()], ...JSON.parse(text(undefined)) }),
    ),
  ];
}

function identifications(tag: string, text: MakePayload): OcmfCase[] {
  const RD = [begin(), end()];
  return [
    of('the prefix before the idTag', 9_000, text(RD, { ID: PREFIX + tag })),
    ...[
      '',
      'A'.repeat(20),
      `X${tag}`,
      `${tag} `,
      tag.toLowerCase(),
      tag.slice(0, -1),
      `${PREFIX}${PREFIX}${tag}`,
    ].map((ID) => of(`ID ${JSON.stringify(ID)}`, 'ID', text(RD, { ID }))),
    of('no ID', 'ID', text(RD, { ID: undefined })),
    of('a page of readings outside of transactions', 'PG', text(RD, { PG: 'F7' })),
    ...['7', 'T', 'T-7', 'T7 ', 'TT7', 't7', '', 'T123456789012345'].map((PG) =>
      of(`PG ${JSON.stringify(PG)}`, 'PG', text(RD, { PG })),
    ),
    of('a page of fourteen digits', 9_000, text(RD, { PG: 'T12345678901234' })),
    of('no PG', 'incomplete', text(RD, { PG: undefined })),
  ];
}

function several(text: MakePayload): OcmfCase[] {
  const b = (page: number, RV: unknown, change: Reading = {}) =>
    text([begin({ RV, ...change })], { PG: `T${page}` });
  const e = (page: number, RV: unknown, change: Reading = {}) =>
    text([end({ RV, ...change })], { PG: `T${page}` });
  const be = (page: number, from: unknown, to: unknown, change: Reading = {}) =>
    text([begin({ RV: from, ...change }), end({ RV: to, ...change })], { PG: `T${page}` });
  const RESTARTS = { RI: '1-0:1.8.0*198' };
  return [
    of('two records of one transaction', 9_000, b(7, 1), e(8, 10)),
    of('two records, pages apart', 9_000, b(7, 1), e(17, 10)),
    of('two records of one page', 'PG', b(7, 1), e(7, 10)),
    of('two records, pages falling', 'PG', b(8, 1), e(7, 10)),
    of('the end first', 'pair', e(7, 10), b(8, 1)),
    of('two begins', 'pair', b(7, 1), b(8, 2)),
    of('a begin alone', 'pair', b(7, 1)),
    of('an end alone', 'pair', e(7, 1)),
    of('no record', 'pair'),
    of('a record that neither begins nor ends', 'pair', text([reading('C', 5, 2)])),
    of('a record of both behind a begin', 'pair', b(7, 1), be(8, 1, 10)),
    of('two records, the end below the begin', 'register', b(7, 10), e(8, 1)),
    of('two records of two registers', 'RI', b(7, 1), e(8, 10, { RI: '1-0:B0.8.0' })),
    of('two records of one register, spelled in two ways', 'RI', b(7, 1), e(8, 10, { RI: '01-00:01.08.00' })),
    of('two pairs', 12_000, be(7, 1, 10), be(8, 10, 13)),
    of('two pairs with energy of others between', 12_000, be(7, 1, 10), be(8, 20, 23)),
    of('two pairs of two records each', 12_000, b(7, 1), e(8, 10), b(9, 20), e(10, 23)),
    of('pairs that overlap', 'register', be(7, 1, 10), be(8, 9.999, 13)),
    of('the same record twice', 'PG', be(7, 1, 10), be(7, 1, 10)),
    of('the same energy on another page', 'register', be(7, 1, 10), be(8, 1, 10)),
    of('pairs of two registers', 'RI', be(7, 1, 10), be(8, 20, 23, { RI: '1-0:B0.8.0' })),
    of(
      'fractions of two pairs are summed before they are rounded down',
      2_001,
      be(7, 1, 2.0006),
      be(8, 3, 4.0006),
    ),
    of('whole Wh of two pairs', 2_000, be(7, 1, 2), be(8, 3, 4)),
    of('a register that restarts, in one record', 9_000, be(7, 0, 9, RESTARTS)),
    of('a register that restarts, in two records', 'RI', b(7, 0, RESTARTS), e(8, 9, RESTARTS)),
    of('a register that restarts, twice', 'RI', be(7, 0, 9, RESTARTS), be(8, 9, 12, RESTARTS)),
    of('a refused record beside a good one', 'EF', be(7, 1, 10), be(8, 10, 13, { EF: 'E' })),
  ];
}
