import fc from 'fast-check';
import standard from 'ocpp-rpc/lib/standard-validators.js';
import type { Validator } from 'ocpp-rpc/lib/validator.js';
import { expect, test } from 'vitest';
import { isAsWritten, type Schema } from '../../../meter-agent/drivers/ocpp/as-written.ts';
import { readTolerantly } from '../../../meter-agent/drivers/ocpp/reader.ts';
import { mendedText } from '../../../meter-agent/drivers/ocpp/text.ts';
import type { ReadPayload } from '../../../meter-agent/drivers/ocpp/version.ts';
import { readPayload16 } from '../../../meter-agent/drivers/ocpp16/reading16.ts';
import { reading201 } from '../../../meter-agent/drivers/ocpp201/reading201.ts';
import { nearly, torn } from '../support/mutations.ts';
import {
  AT,
  CALLS,
  copy,
  type Damage,
  HARMLESS,
  type Node,
  nodesOf,
  REGISTER,
  TEXT_DAMAGE,
} from './damaged-calls.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const RUNS = { numRuns: DEEP ? 50_000 : 500, seed: 20_261_129 };

test.each(Object.keys(HARMLESS))('%s changes nothing of what is read', (name) => {
  const damage = HARMLESS[name] as Damage;
  fc.assert(
    fc.property(fc.constantFrom(...CALLS), fc.nat(30), ([action, payload, optional], pick) => {
      const damaged = copy(payload);
      damage(damaged, optional, pick);
      expect(readPayload16(action, damaged).payload).toEqual(readPayload16(action, payload).payload);
    }),
    RUNS,
  );
});

test.each(Object.keys(TEXT_DAMAGE))('%s is mended', (name) => {
  for (const [action, payload] of CALLS) {
    const frame = [2, 'id', action, payload];
    const damaged = (TEXT_DAMAGE[name] as (text: string) => string)(JSON.stringify(frame));
    expect(JSON.parse(mendedText(damaged) ?? 'null'), damaged).toEqual(frame);
  }
});

test('a value that is missing is null, a control byte in a text is itself, a stray backslash too', () => {
  expect(mendedText('{"a":,"b":NaN,"c":undefined,"d":}')).toBe('{"a":null,"b":null,"c":null,"d":null}');
  expect(JSON.parse(mendedText('["TAG\u0010\u000e","C:\\path\\n"]') ?? '')).toEqual([
    'TAG\u0010\u000e',
    'C:\\path\n',
  ]);
});

test.each([
  '[2,"x",',
  '[1,,2]',
  '{"a":1000,040}',
  '{"a":0123}',
  '["open]',
  '{"a" 1}',
  '{"a":1}}',
  'hello',
  '',
])('what means nothing for certain is not mended: %s', (text) => {
  expect(mendedText(text)).toBeUndefined();
});

/** What decides about money or who may charge, with its value. */
const STRICT = ['idTag', 'transactionId', 'connectorId', 'meterStart', 'meterStop', 'timestamp'];

function read(reader: ReadPayload, action: string, payload: unknown): Node | undefined {
  try {
    return reader(action, payload).payload;
  } catch {
    return undefined;
  }
}

const samplesOf = (payload: unknown): Node[] =>
  nodesOf(payload).filter((node) => 'measurand' in node || 'value' in node);

test('no damage makes another value of what decides: it is read as it was sent, or refused', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CALLS).chain(([action, payload]) => fc.tuple(fc.constant(action), nearly(payload))),
      ([action, damaged]) => {
        const found = read(readPayload16, action, damaged);
        if (found === undefined) return;
        const sent = damaged as Node;
        for (const key of STRICT) {
          if (action === 'StopTransaction' && key === 'idTag') continue;
          const value =
            typeof sent[key] === 'number' && key.startsWith('meter') ? Math.floor(sent[key]) : sent[key];
          if (found[key] !== undefined) expect(found[key]).toBe(value);
          else expect(sent[key] ?? null).toBeNull();
        }
        const digits = new Set(samplesOf(sent).map(({ value }) => String(value)));
        for (const sample of samplesOf(found)) expect(digits).toContain(sample.value);
      },
    ),
    RUNS,
  );
});

/** A value as a station of OCPP 2.0.1 sends it. */
const EVENT: Node = {
  ...{ eventType: 'Updated', timestamp: AT, triggerReason: 'MeterValuePeriodic', seqNo: 3 },
  transactionInfo: { transactionId: 'T1', chargingState: 'Charging' },
  evse: { id: 1, connectorId: 1 },
  meterValue: [
    {
      timestamp: AT,
      sampledValue: [
        { value: 60, measurand: REGISTER.measurand, unitOfMeasure: { unit: 'Wh', multiplier: 0 } },
      ],
    },
  ],
};

const schemaOf = (protocol: string, action: string): Schema =>
  (standard as unknown as readonly Validator[]).find(({ subprotocol }) => subprotocol === protocol)?._ajv
    .schemas[`urn:${action}.req`]?.schema as Schema;

test('a call that is as the standard has it is not gone through: that would change nothing in it', () => {
  const calls = [
    ...CALLS.map(([action, payload]) => ({ action, payload, schema: schemaOf('ocpp1.6', action) })),
    { action: 'TransactionEvent', payload: EVENT, schema: schemaOf('ocpp2.0.1', 'TransactionEvent') },
  ];
  let passed = 0;
  for (const { payload, schema } of calls) expect(isAsWritten(schema, schema, payload)).toBe(true);
  fc.assert(
    fc.property(
      fc.constantFrom(...calls).chain((call) => nearly(call.payload).map((sent) => ({ ...call, sent }))),
      ({ action, schema, sent }) => {
        if (!isAsWritten(schema, schema, sent)) return;
        passed += 1;
        const payload = sent as Node;
        expect(readTolerantly(schema, action, payload)).toEqual({ payload, deviations: [] });
      },
    ),
    RUNS,
  );
  expect(passed).toBeGreaterThan(20);
});

test('nothing becomes a register that was not one: an unknown measurand stays unknown', () => {
  const words = [null, '', 5, {}, [], 'Voltag', 'Energy.Active.Import.Registe', 'Humidity'];
  for (const measurand of words) {
    const payload = {
      connectorId: 1,
      meterValue: [{ timestamp: AT, sampledValue: [{ ...REGISTER, measurand }] }],
    };
    const [sample] = samplesOf(readPayload16('MeterValues', payload).payload);
    expect(sample?.measurand).not.toBeUndefined();
    expect(sample?.measurand).not.toBe(REGISTER.measurand);
  }
});

test('a torn text that is mended has no digits that were not in it', () => {
  const texts = CALLS.map(([action, payload]) => JSON.stringify([2, 'id', action, payload]));
  fc.assert(
    fc.property(fc.constantFrom(...texts).chain(torn), (text) => {
      const mended = mendedText(text);
      if (mended === undefined) return;
      const numbers = (from: string): string[] =>
        from.match(/[\w.+-]+/g)?.filter((word) => word !== 'null') ?? [];
      const sent = numbers(text);
      for (const word of numbers(mended)) if (!word.startsWith('u00')) expect(sent).toContain(word);
    }),
    RUNS,
  );
});

test('a stop is never refused for its tag, its reason or its data', () => {
  const stop = { transactionId: 7, meterStop: 60, timestamp: AT };
  const tags = ['TAGTAGTAGTAGTAGTAGTA\u0010\u000e', 'x'.repeat(300), 5, {}, null, ''];
  for (const idTag of tags)
    expect(readPayload16('StopTransaction', { ...stop, idTag }).payload).toMatchObject(stop);
  expect(readPayload16('StopTransaction', { ...stop, idTag: tags[0] }).payload.idTag).toBe(
    'TAGTAGTAGTAGTAGTAGTA',
  );
  for (const transactionData of [
    'none',
    [null],
    [{ timestamp: 'x', sampledValue: [{}] }],
    [{ sampledValue: [] }],
  ])
    expect(
      readPayload16('StopTransaction', { ...stop, reason: 'UserButton', transactionData }).payload,
    ).toMatchObject(stop);
});

test('descriptions cost no call, whatever they are', () => {
  for (const odd of ['x'.repeat(500), 12, true, null, {}, [], ''])
    for (const key of ['chargePointModel', 'chargePointSerialNumber', 'iccid', 'imsi', 'meterType']) {
      const boot = { chargePointVendor: 'V', chargePointModel: 'M', [key]: odd };
      expect(readPayload16('BootNotification', boot).payload).toMatchObject({ chargePointVendor: 'V' });
    }
  for (const action of ['FirmwareStatusNotification', 'DiagnosticsStatusNotification'])
    expect(readPayload16(action, { status: 'Rebooting' }).payload).toEqual({ status: 'Rebooting' });
});

test('an error word that nobody knows is OtherError, a missing one is what the status means', () => {
  const statusOf = (more: Node) => readPayload16('StatusNotification', { connectorId: 1, ...more }).payload;
  expect(statusOf({ status: 'Faulted', errorCode: 'EmergencyStop' })).toMatchObject({
    ...{ status: 'Faulted', errorCode: 'OtherError', info: 'EmergencyStop' },
  });
  expect(statusOf({ status: 'Faulted' })).toMatchObject({ errorCode: 'OtherError' });
  expect(statusOf({ status: 'Available', errorCode: '' })).toMatchObject({ errorCode: 'NoError' });
  expect(() => statusOf({ status: 'Dancing', errorCode: 'NoError' })).toThrow();
});

test('each kind of deviation is named once, with its place', () => {
  const meterValue = {
    timestamp: AT,
    x: 1,
    sampledValue: [
      { ...REGISTER, y: 1 },
      { ...REGISTER, y: 2 },
    ],
  };
  expect(readPayload16('MeterValues', { connectorId: 1, meterValue }).deviations).toEqual([
    'object for a list meterValue',
    'unknown meterValue.x',
    'unknown meterValue.sampledValue.y',
  ]);
});

test('OCPP 2 is read by the same reader: objects for lists, nulls, unknown properties; tags and names stay', () => {
  const event = {
    eventType: 'updated',
    ...{ timestamp: AT, triggerReason: 'MadeUp', seqNo: '3', surprise: 1 },
    transactionInfo: { transactionId: 'T', chargingState: 'charging', remoteStartId: '5' },
    meterValue: { timestamp: AT, sampledValue: { value: 5, measurand: 'Made.Up', context: null } },
  };
  for (const version of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    const { payload, deviations } = reading201(version)('TransactionEvent', event);
    expect(payload).toMatchObject({
      ...{ eventType: 'Updated', triggerReason: 'MadeUp', seqNo: 3 },
      transactionInfo: { transactionId: 'T', chargingState: 'Charging', remoteStartId: 5 },
      meterValue: [{ timestamp: AT, sampledValue: [{ value: 5, measurand: 'Made.Up' }] }],
    });
    expect(payload).not.toHaveProperty('surprise');
    expect(deviations).toContain('unknown surprise');
  }
  const shown = { idToken: 7, type: 'Central' };
  expect(reading201('ocpp2.0.1')('Authorize', { idToken: shown }).payload).toEqual({ idToken: shown });
});
