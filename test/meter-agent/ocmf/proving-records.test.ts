import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { hexToString } from 'viem';
import { expect, test } from 'vitest';
import { recordsIn } from '../../../meter-agent/journal/evidence-bundles.ts';
import { provingRecords } from '../../../meter-agent/ocmf/proving-records.ts';
import { spkiToMeterKey } from '../../../protocol/proof.ts';
import { publicKeyHex, signedRecord } from '../../../scripts/wallbox/record.ts';

const ID = 'ABCDEFGHIJKLMNOPQRST';
const IDS = new Set([ID, `TAG:${ID}`]);
const newMeter = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const meter = newMeter();
const KEY = { key: spkiToMeterKey(`0x${publicKeyHex(meter)}`), algorithm: 'ECDSA-secp256r1-SHA256' } as const;

function line(pagination: number, reasons: string, change: { idTag?: string; key?: KeyObject } = {}): string {
  const { idTag = ID, key = meter } = change;
  const readings = [...reasons].map((reason, index) => ({
    reason: reason as 'B' | 'E',
    at: new Date(1_800_000_000_000 + index * 60_000),
    registerWh: 1_000 + index * 500,
  }));
  const record = signedRecord(key, { serial: 'S1', firmware: '1.0.0', pagination, idTag, readings });
  return JSON.stringify({ at: 1_800_000_000, record });
}

/** Page and kinds of readings of what is chosen: `7BE`. */
const chosen = (lines: string[]) =>
  provingRecords(recordsIn(lines), KEY, IDS).map(({ payload }) => {
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
