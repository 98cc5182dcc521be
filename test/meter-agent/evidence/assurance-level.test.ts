import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { noAssurance, provenWhOf, withRecord } from '../../../meter-agent/evidence/assurance.ts';
import type { MeterFlag, Notice } from '../../../protocol/notices.ts';
import { spkiToMeterKey } from '../../../protocol/proof.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { publicKeyHex, signedValue } from '../../../scripts/wallbox/record.ts';
import { meterTime } from '../../contracts/test-meter.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { Scope, startAgent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const newMeter = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const meter = newMeter();

type Reading = Record<string, unknown>;
interface Change {
  key?: KeyObject;
  payload?: Record<string, unknown>;
  begin?: Reading;
  end?: Reading;
  /** In place of the whole signature section. */
  signature?: (signatureHex: string, payload: string) => object;
}

/** The meter's time so many seconds from now, which is within the booking of these tests. */
const at = (second: number) => meterTime(Math.floor(Date.now() / 1_000) + second);

/** A record from 1,000 Wh to 1,500 Wh, with what a test changes before it is signed. */
function record({ key = meter, payload = {}, begin = {}, end = {}, signature }: Change = {}): string {
  const total = { RI: '1-b:1.8.0', RU: 'kWh', RT: 'AC', EF: '', ST: 'G' };
  const text = JSON.stringify({
    ...{ FV: '1.4', GI: 'Meter', GS: '1', PG: 'T7', IS: true, IT: 'CENTRAL', ID: TAG },
    RD: [
      { TM: at(1), TX: 'B', RV: 1, ...total, ...begin },
      { TM: at(9), TX: 'E', RV: 1.5, ...total, ...end },
    ],
    ...payload,
  });
  const hex = sign('sha256', Buffer.from(text), key).toString('hex');
  const section = signature?.(hex, text) ?? { SA: 'ECDSA-secp256r1-SHA256', SD: hex };
  return `OCMF|${text}|${JSON.stringify(section)}`;
}

interface Options {
  /** The homeowner names the meter's key; so does a listing in its terms. */
  isNamed?: boolean;
  reported?: KeyObject | null;
  meterStop?: number;
}

/** A charge of 500 Wh that ends with these signed values. */
async function charged(
  values: string[],
  { isNamed = true, reported = meter, meterStop = 1_500 }: Options = {},
) {
  const meterKey = spkiToMeterKey(`0x${publicKeyHex(meter)}`);
  const key = reported && { key: 'MeterPublicKey1', readonly: true, value: publicKeyHex(reported) };
  const fixture = await agentFixture(scope, {
    answers: { GetConfiguration: { configurationKey: key === null ? [] : [key], unknownKey: [] } },
    ...(isNamed ? { config: { chargePoints: { CP1: { connectors: { '1': { meterKey } } } } as never } } : {}),
  });
  const { agent, chargePoint, bookingId, handOver, skip, session } = fixture;
  await chargePoint.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  await waitFor(
    'the key to be reported',
    () => reported === null || agent.connectors.find('CP1', 1)?.reportedKey,
  );
  await chargePoint.wasAsked('GetConfiguration');
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  skip(300);
  const sampledValue = values.map((value) => ({ value, format: 'SignedData' }));
  const transactionData = [{ timestamp: new Date().toISOString(), sampledValue }];
  await chargePoint.stop(transactionId, meterStop, values.length === 0 ? {} : { transactionData });
  expect(session()).toMatchObject({ phase: 'FINAL' });
  await agent.meterRecords.verified();
  const queue = agent.journal.note<{ waiting: { notice: Notice }[] }>('notices');
  const notices = (queue?.waiting ?? [])
    .map(({ notice }) => notice)
    .filter(({ code }) => code.startsWith('METER_'));
  const kept = agent.journal.note<{ flags: string[] }>(`assurance:${bookingId}`);
  return { ...fixture, level: agent.journal.assuranceLevel(bookingId), flags: kept?.flags ?? [], notices };
}

const container = (text: string) => signedValue(text, publicKeyHex(meter));

test('a key that the homeowner named and the charge point tells: its record attests the energy', async () => {
  const { level, flags, notices } = await charged([container(record())]);
  expect([level, flags, notices]).toEqual(['key-attested', [], []]);
});

test('a key that only the charge point tells, or only the homeowner named: meter-signed and no more', async () => {
  expect((await charged([container(record())], { isNamed: false })).level).toBe('meter-signed');
  expect((await charged([container(record())], { reported: null })).level).toBe('meter-signed');
  expect((await charged([container(record())], { reported: newMeter() })).level).toBe('meter-signed');
});

test('a meter without a key proves nothing, and nobody is alarmed', async () => {
  const unknown = await charged([container(record())], { isNamed: false, reported: null });
  expect([unknown.level, unknown.notices]).toEqual(['agent-signed', []]);
  const silent = await charged([], { isNamed: false });
  expect([silent.level, silent.notices]).toEqual(['agent-signed', []]);
});

test('spellings of real meters count: base64, a missing SA, register as text, begin and end as two records', async () => {
  const base64 = (hex: string) => ({ SE: 'base64', SD: Buffer.from(hex, 'hex').toString('base64') });
  const inBase64 = record({ signature: base64, begin: { RV: '1.000' }, end: { RV: '   1.5' } });
  expect((await charged([container(inBase64)])).level).toBe('key-attested');
  const begin = record({
    payload: { RD: [{ TM: at(1), TX: 'B', RV: 1_000, RI: '1-b:1.8.0', RU: 'Wh', ST: 'G' }] },
  });
  const end = record({
    payload: {
      PG: 'T8',
      RD: [{ TM: at(9), TX: 'E', RV: 1_500, RI: '1-b:1.8.0', RU: 'Wh', ST: 'G' }],
    },
  });
  expect((await charged([container(begin), container(begin), container(end)])).level).toBe('key-attested');
});

test('a wrong time alone takes nothing from the energy', async () => {
  const { level, flags } = await charged([container(record({ begin: { EF: 't' } }))]);
  expect([level, flags]).toEqual(['key-attested', []]);
});

const CASES: [flag: MeterFlag, why: string, values: string[]][] = [
  [
    'SIGNATURE',
    'a bare hash in place of a signature',
    [record({ signature: () => ({ SA: 'ECDSA-secp256r1-SHA256', SD: 'ab'.repeat(32) }) })],
  ],
  ['SIGNATURE', 'no SD', [record({ signature: () => ({ SA: 'ECDSA-secp256r1-SHA256' }) })]],
  ['SIGNATURE', 'an empty SD', [record({ signature: () => ({ SD: '' }) })]],
  ['SIGNATURE', 'SD that is no hex', [record({ signature: (hex) => ({ SD: `GZ${hex}` }) })]],
  [
    'SIGNATURE',
    'an algorithm other than the enrolled one',
    [record({ signature: (SD) => ({ SA: 'ECDSA-secp256k1-SHA256', SD }) })],
  ],
  ['SIGNATURE', 'another key', [record({ key: newMeter() })]],
  ['SIGNATURE', 'the signature of another record', [record().replace('1.5', '9.5')]],
  ['ID_TAG', 'the idTag of another booking', [record({ payload: { ID: 'ZZZZZZZZZZZZZZZZZZZZ' } })]],
  ['METER_ERROR', 'an energy error flag', [record({ end: { EF: 'E' } })]],
  ['METER_ERROR', 'a status other than good', [record({ end: { ST: 'E' } })]],
  ['METER_ERROR', 'loss compensation', [record({ end: { CL: 0.1 } })]],
  ['TIME', 'a synchronised clock that shows another day', [record({ begin: { TM: at(-86_400) } })]],
  ['METER_ERROR', 'an error flag in a list', [record({ end: { EF: ['E'] } })]],
  ['UNREADABLE', 'an escaped slash', [record({ payload: { GI: '\\/' } })]],
  ['UNREADABLE', 'a page of readings outside of transactions', [record({ payload: { PG: 'F7' } })]],
  [
    'NO_TOTAL',
    'transaction registers only',
    [record({ begin: { RI: '1-b:98.8.0' }, end: { RI: '1-b:98.8.0' } })],
  ],
  ['NO_TOTAL', 'another unit', [record({ begin: { RU: 'sec' }, end: { RU: 'sec' } })]],
  ['REGISTER', 'another energy than the raw register', [record({ end: { RV: 3 } })]],
  ['REGISTER', 'an end below its begin', [record({ end: { RV: 0.5 } })]],
  [
    'PAGINATION',
    'a page before the last one',
    [record({ payload: { PG: 'T9' } }), record({ payload: { PG: 'T8' } })],
  ],
  [
    'MISSING',
    'a begin without an end',
    [record({ payload: { RD: [{ TM: at(1), TX: 'B', RV: 1, RI: '1-b:1.8.0', RU: 'kWh', ST: 'G' }] } })],
  ],
  ['MISSING', 'no record at all', []],
  ['UNREADABLE', 'a signed value that is no OCMF record', ['AAAA']],
];

test.each(CASES)('the assurance level falls, and both are notified: %s (%s)', async (flag, _why, values) => {
  const { level, flags, notices, agent, bookingId, session } = await charged(
    values.map((text) => (text === 'AAAA' ? text : container(text))),
  );
  expect([level, flags]).toEqual(['agent-signed', flags.includes(flag) ? flags : [flag]]);
  expect(notices.map(({ to, params }) => [to, params])).toEqual(flags.map((reason) => ['both', { reason }]));
  // What is billed is the wallbox's own register within power and time: a record never adds to it.
  expect(session().lastReading?.energyWh).toBe(500);
  for (const text of values)
    expect(agent.journal.evidence(bookingId).join('\n')).toContain(JSON.stringify(text).slice(1, -1));
});

test.each([[{ ID: '' }], [{ ID: undefined }], [{ IS: false, IT: 'NONE', ID: ' ' }]])(
  'a meter that names nobody (%o) is no alarm: the host is told once, and the driver nothing',
  async (payload) => {
    const untagged = await charged([container(record({ payload }))]);
    expect([untagged.level, untagged.flags]).toEqual(['agent-signed', []]);
    expect(untagged.notices).toMatchObject([
      { code: 'METER_SIGNS_NO_TAG', to: 'host', bookingId: null, params: {} },
    ]);
    const { agent, config } = untagged;
    await agent.close();
    const again = (await startAgent(scope, config)).agent;
    await again.meterRecords.verified();
    const queue = again.journal.note<{ waiting: { notice: Notice }[] }>('notices');
    const codes = queue?.waiting.map(({ notice }) => notice.code);
    expect(codes?.filter((code) => code === 'METER_SIGNS_NO_TAG')).toHaveLength(1);
  },
);

test('a record in hex, in XML, with bytes behind it, or with its tag in small letters backs the energy', async () => {
  const hex = (text: string) => Buffer.from(text).toString('hex');
  const inHex = JSON.stringify({ signedMeterData: hex(record()), signingMethod: '', encodingMethod: 'OCMF' });
  const xml = `<values><value><signedData format="OCMF">${record().replaceAll('"', '&quot;')}</signedData></value></values>`;
  const small = record({ payload: { ID: TAG.toLowerCase() } });
  for (const value of [inHex, hex(record()), xml, container(`${record()}\0\0`), container(small)]) {
    const { level, flags } = await charged([value]);
    expect([level, flags]).toEqual(['key-attested', []]);
  }
});

test('a record that comes twice counts once', () => {
  const binding = { window: { from: 0, until: Number.MAX_SAFE_INTEGER }, ids: new Set([TAG]) };
  const reported = { record: record(), verdict: 'verified' } as const;
  const once = withRecord(noAssurance({}), reported, binding);
  expect(once).toMatchObject({ records: [{ page: '7' }], flags: [] });
  expect(provenWhOf(once)).toBe(500);
  expect(withRecord(once, reported, binding)).toEqual(once);
});

test('a good record does not heal a fake one beside it', async () => {
  const { level, flags } = await charged([container(record({ key: newMeter() })), container(record())]);
  expect([level, flags]).toEqual(['agent-signed', ['SIGNATURE']]);
});

test('a page of an earlier session is known again: an old record is worth nothing in the next one', async () => {
  const { agent, chargePoint, plan, bookingId, nowSec, skip } = await charged([
    container(record({ payload: { PG: 'T9' } })),
  ]);
  agent.sessions.apply(bookingId, { type: 'ledgerEnded', at: nowSec() });
  const next = `0x${'cd'.repeat(32)}` as const;
  agent.sessions.open({ ...plan, bookingId: next });
  agent.sessions.apply(next, { type: 'connection', connected: true, at: nowSec() });
  agent.sessions.receiveStartSecret(next, `0x${'11'.repeat(32)}`, TAG, nowSec());
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  skip(300);
  const sampledValue = [{ value: container(record({ payload: { PG: 'T8' } })), format: 'SignedData' }];
  const transactionData = [{ timestamp: new Date().toISOString(), sampledValue }];
  await chargePoint.stop(transactionId, 1_500, { transactionData });
  await agent.meterRecords.verified();
  expect(agent.journal.assuranceLevel(next)).toBe('agent-signed');
  expect(agent.journal.note(`assurance:${next}`)).toMatchObject({ flags: ['PAGINATION'] });
});

test('a restart weighs the records again: what a crash left unweighed counts', async () => {
  const { agent, bookingId, config } = await charged([container(record())]);
  agent.journal.setAssuranceLevel(bookingId, 'agent-signed');
  agent.journal.setNote(`assurance:${bookingId}`, null);
  await agent.close();
  const again = (await startAgent(scope, config)).agent;
  await again.meterRecords.verified();
  expect(again.journal.assuranceLevel(bookingId)).toBe('key-attested');
});
