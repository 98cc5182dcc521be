import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readSample } from '../../../meter-agent/drivers/meter.ts';
import { recordKeyOf, verifyRecord } from '../../../meter-agent/ocmf/ocmf.ts';
import { provingRecords } from '../../../meter-agent/ocmf/proving-records.ts';
import { recordsOf } from '../../../meter-agent/ocmf/signed-value.ts';
import { spkiToMeterKey } from '../../../protocol/proof.ts';
import { publicKeyHex, signedRecord } from '../../../scripts/wallbox/record.ts';
import { anyText } from '../../support/any-text.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { deep, nearly, torn } from '../support/mutations.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
/** Of each protocol. */
const FRAME_COUNT = DEEP ? 25_000 : 1_250;
const RECORD_COUNT = DEEP ? 50_000 : 800;
const SEED = 20_261_122;
const TIMEOUT_MS = DEEP ? 1_800_000 : 120_000;

const AT = '2026-01-01T00:00:00Z';
const SAMPLED = [{ value: '5', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }];

const FRAMES: Record<string, Record<string, object>> = {
  'ocpp1.6': {
    BootNotification: { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '1' },
    Heartbeat: {},
    Authorize: { idTag: TAG },
    StatusNotification: { connectorId: 1, status: 'Available', errorCode: 'NoError', timestamp: AT },
    StartTransaction: { connectorId: 2, idTag: 'X', meterStart: 5, timestamp: AT },
    MeterValues: { connectorId: 1, transactionId: 1, meterValue: [{ timestamp: AT, sampledValue: SAMPLED }] },
    StopTransaction: { transactionId: 2, meterStop: 9, timestamp: AT, reason: 'Local' },
    DataTransfer: { vendorId: 'V', data: '{}' },
    DiagnosticsStatusNotification: { status: 'Uploaded' },
    FirmwareStatusNotification: { status: 'Installed' },
    toString: {},
  },
  'ocpp2.0.1': {
    BootNotification: { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M' } },
    Heartbeat: {},
    Authorize: { idToken: { idToken: TAG, type: 'Central' } },
    StatusNotification: { timestamp: AT, connectorStatus: 'Available', evseId: 1, connectorId: 1 },
    TransactionEvent: {
      eventType: 'Started',
      timestamp: AT,
      triggerReason: 'Authorized',
      seqNo: 0,
      transactionInfo: { transactionId: 'T' },
      evse: { id: 1, connectorId: 1 },
      idToken: { idToken: 'X', type: 'Central' },
      meterValue: [
        { timestamp: AT, sampledValue: [{ value: 5, measurand: 'Energy.Active.Import.Register' }] },
      ],
    },
    MeterValues: { evseId: 1, meterValue: [{ timestamp: AT, sampledValue: [{ value: 5 }] }] },
    NotifyReport: { requestId: 1, generatedAt: AT, seqNo: 0 },
    NotifyEvent: { generatedAt: AT, seqNo: 0, eventData: [] },
    constructor: {},
  },
};

function frames(protocol: string): fc.Arbitrary<string | Uint8Array> {
  const calls = Object.entries(FRAMES[protocol] ?? {}).map(([action, payload], index) => [
    2,
    `c${index}`,
    action,
    payload,
  ]);
  const texts = calls.map((call) => JSON.stringify(call));
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .constantFrom(...calls)
        .chain(nearly)
        .map((frame) => JSON.stringify(frame)),
    },
    { weight: 3, arbitrary: fc.constantFrom(...texts).chain(torn) },
    { weight: 2, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(2, 3, 4, 5), fc.jsonValue()).map((frame) => JSON.stringify(frame)),
    },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: anyText(200) },
    { weight: 1, arbitrary: deep.map((text) => `[2,"d","DataTransfer",{"vendorId":"V","data":${text}}]`) },
  );
}

/** A connection that is made again when the agent closes it. */
async function connect(port: number, protocol: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/CP9`, [protocol]);
  socket.on('error', () => {});
  await new Promise((resolve, reject) => socket.once('open', resolve).once('close', reject));
  return socket;
}

function answerTo(socket: WebSocket, id: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const end = () => socket.off('message', hear).off('close', lost);
    const lost = () => {
      end();
      reject(new Error('The connection was closed.'));
    };
    const hear = (data: WebSocket.RawData) => {
      const frame = JSON.parse(String(data)) as unknown[];
      if (frame[1] !== id) return;
      end();
      resolve(frame);
    };
    socket.on('message', hear).on('close', lost);
    socket.send(JSON.stringify([2, id, 'Heartbeat', {}]));
  });
}

test.each(Object.keys(FRAMES))(
  'whatever comes as %s, the agent answers on, and the session of another charge point is unharmed',
  async (protocol) => {
    const { chargePoint, port, handOver, session, skip } = await agentFixture(scope);
    handOver();
    const { transactionId } = await chargePoint.start(TAG, 1_000);
    const inputs = fc.sample(frames(protocol), { numRuns: FRAME_COUNT, seed: SEED });
    let socket = await connect(port, protocol);
    scope.onEnd(() => socket.terminate());
    for (const [index, input] of inputs.entries()) {
      if (socket.readyState !== WebSocket.OPEN) socket = await connect(port, protocol);
      socket.send(input);
      if (index % 100 === 99) await answerTo(socket, `heartbeat ${index}`).catch(() => undefined);
    }
    if (socket.readyState !== WebSocket.OPEN) socket = await connect(port, protocol);
    expect((await answerTo(socket, 'last'))[0]).toBe(3);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    skip(600);
    await chargePoint.stop(transactionId, 1_050, { reason: 'Local' });
    expect(session()).toMatchObject({ phase: 'FINAL', doneWh: 50 });
  },
  TIMEOUT_MS,
);

function record() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const readings = [
    { reason: 'B' as const, at: new Date(1_800_000_000_000), registerWh: 1_000 },
    { reason: 'E' as const, at: new Date(1_800_000_600_000), registerWh: 1_500 },
  ];
  const text = signedRecord(privateKey, { serial: 'S', firmware: '1', pagination: 7, idTag: TAG, readings });
  return { text, spkiHex: publicKeyHex(privateKey) };
}

/** A sound record, and what is near one. */
function records(text: string): fc.Arbitrary<string> {
  const [, payload = '', signature = ''] = text.split('|');
  const whole = (parts: [unknown, unknown]) => `OCMF|${parts.map((part) => JSON.stringify(part)).join('|')}`;
  return fc.oneof(
    { weight: 4, arbitrary: torn(text) },
    {
      weight: 4,
      arbitrary: fc.tuple(nearly(JSON.parse(payload)), fc.constant(JSON.parse(signature))).map(whole),
    },
    {
      weight: 3,
      arbitrary: nearly(JSON.parse(signature)).map((block) => `OCMF|${payload}|${JSON.stringify(block)}`),
    },
    { weight: 1, arbitrary: deep.map((nested) => `OCMF|${nested}|${signature}`) },
    { weight: 1, arbitrary: anyText(200) },
  );
}

test(
  'whatever a meter signs or seems to sign, only its own record verifies, and nothing is thrown',
  async () => {
    const { text, spkiHex } = record();
    const meterKey = { key: spkiToMeterKey(`0x${spkiHex}`), algorithm: 'ECDSA-secp256r1-SHA256' } as const;
    const key = recordKeyOf(spkiHex);
    const payload = text.split('|')[1];
    for (const input of fc.sample(records(text), { numRuns: RECORD_COUNT, seed: SEED })) {
      const container = JSON.stringify({ signedMeterData: Buffer.from(input).toString('base64') });
      for (const value of [input, container]) {
        const [found] = recordsOf(value);
        expect(found === undefined || found.startsWith('OCMF|')).toBe(true);
      }
      const verdict = await verifyRecord(input, key);
      if (input.split('|')[1] !== payload) expect(verdict, input).toBe('invalid');
      provingRecords([JSON.stringify({ at: 1, record: input }), input], meterKey, {
        window: { from: 0, until: Number.MAX_SAFE_INTEGER },
        ids: new Set([TAG]),
      });
      const { registerWh } = readSample([{ value: input }, { value: input, format: 'SignedData' }], 5);
      expect(registerWh === undefined || Number.isSafeInteger(registerWh)).toBe(true);
    }
  },
  TIMEOUT_MS,
);
