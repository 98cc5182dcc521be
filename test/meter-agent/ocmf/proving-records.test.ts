import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { hexToString } from 'viem';
import { expect, test } from 'vitest';
import { recordsIn } from '../../../meter-agent/journal/evidence-bundles.ts';
import { provingRecords } from '../../../meter-agent/ocmf/proving-records.ts';
import { spkiToMeterKey } from '../../../protocol/proof.ts';
import { publicKeyHex, signedRecord } from '../../../scripts/wallbox/record.ts';

const ID = 'ABCDEFGHIJKLMNOPQRST';
const BINDING = {
  ids: new Set([ID, `TAG:${ID}`]),
  window: { from: 1_800_000_000, until: 1_800_003_600 },
};
const newMeter = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const meter = newMeter();
const KEY = { key: spkiToMeterKey(`0x${publicKeyHex(meter)}`), algorithm: 'ECDSA-secp256r1-SHA256' } as const;

interface Change {
  idTag?: string;
  key?: KeyObject;
  /** Register at the first reading. */
  fromWh?: number;
  /** Unix seconds of the first reading. */
  at?: number;
}

function line(pagination: number, reasons: string, change: Change = {}): string {
  const { idTag = ID, key = meter, fromWh = pagination * 1_000, at = 1_800_000_000 } = change;
  const readings = [...reasons].map((reason, index) => ({
    reason: reason as 'B' | 'E',
    at: new Date((at + index * 60) * 1_000),
    registerWh: fromWh + index * 500,
  }));
  const record = signedRecord(key, { serial: 'S1', firmware: '1.0.0', pagination, idTag, readings });
  return JSON.stringify({ at: 1_800_000_000, record });
}

/** Page and kinds of readings of what is chosen: `7BE`. */
const chosen = (lines: string[]) =>
  provingRecords(recordsIn(lines), KEY, BINDING).map(({ payload }) => {
    const { PG, RD } = JSON.parse(hexToString(payload)) as { PG: string; RD: { TX: string }[] };
    return PG.slice(1) + RD.map(({ TX }) => TX).join('');
  });

test('the record of begin and end is taken, and the begin alone that a charge point sent before is not', () => {
  expect(chosen([line(7, 'B'), line(7, 'BE')])).toEqual(['7BE']);
  expect(chosen([line(6, 'B'), line(7, 'BE')])).toEqual(['7BE']);
});

test('begin and end of two records are put together, and transactions follow in the order of their pages', () => {
  expect(chosen([line(7, 'B'), line(8, 'E')])).toEqual(['7B', '8E']);
  expect(chosen([line(9, 'BE'), line(7, 'B'), line(8, 'E')])).toEqual(['7B', '8E', '9BE']);
});

test('a begin without an end, an end without a begin and the same page twice prove nothing more', () => {
  expect(chosen([line(7, 'B')])).toEqual([]);
  expect(chosen([line(7, 'E'), line(8, 'BE'), line(8, 'BE')])).toEqual(['8BE']);
});

test('a record of another booking or another key does not spoil the others', () => {
  const others = [line(6, 'BE', { idTag: 'OTHER' }), line(8, 'BE', { key: newMeter() })];
  expect(chosen([...others, line(7, 'BE', { idTag: `TAG:${ID}` })])).toEqual(['7BE']);
});

test('lines that hold no record, or a broken one, are passed over', () => {
  const broken = [
    '{"at":1,"record":"OCMF|{}|{}"}',
    '{"at":1,"record":"OCMF|"}',
    '{"at":1,"asked":"x","answer":"y"}',
  ];
  expect(chosen([...broken, line(7, 'BE')])).toEqual(['7BE']);
});

test('a record that the ledger would refuse does not sink the good one beside it', () => {
  const early = line(6, 'BE', { at: 1_700_000_000 });
  expect(chosen([early, line(7, 'BE')])).toEqual(['7BE']);
  const twice = line(8, 'BB');
  expect(chosen([line(7, 'BE'), twice, line(9, 'BE')])).toEqual(['7BE', '9BE']);
});

test('of pairs that the ledger does not take together, those that prove the most are chosen', () => {
  const low = line(8, 'BE', { fromWh: 1_000 });
  expect(chosen([line(7, 'BE'), low, line(9, 'BE')])).toEqual(['7BE', '9BE']);
  expect(chosen([line(6, 'BE', { fromWh: 90_000 }), line(7, 'BE'), line(8, 'BE')])).toEqual(['7BE', '8BE']);
});
