import { getAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { signatureBySigner } from '../../protocol/funding.ts';
import {
  connectorsHash,
  fromAgent,
  heartbeat,
  pairingOffer,
  startEnvelope,
  toAgent,
} from '../../protocol/link.ts';
import { passkeySignerOf } from '../../protocol/passkey.ts';
import { address, hex32, hexBytes, reading, signature65, unixSec } from '../../protocol/schemas.ts';
import { address as anyAddress, reading as anyReading, bytes, forAll } from './arbitraries.ts';

const WORD = `0x${'ab'.repeat(32)}`;
const SIGNATURE = `0x${'ab'.repeat(65)}` as const;
const ADDRESS = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
/** Made of addresses in mixed case, as programs show them. */
const PASSKEY_SIGNATURE = signatureBySigner(
  passkeySignerOf(getAddress(ADDRESS), `0x${'ab'.repeat(64)}`, getAddress(ADDRESS)),
  SIGNATURE,
);

const READING = {
  bookingId: WORD,
  seq: 1,
  energyWh: 25,
  beganAt: 1_800_000_000,
  endedAt: 1_800_000_010,
  overstaySec: 0,
  isFinal: false,
  evidenceHash: WORD,
  registersCommitment: WORD,
};

const SESSION = {
  ...{ type: 'session', bookingId: WORD, state: 'PAUSED', powerW: 0, at: 1 },
  ...{ detail: { code: 'PAUSED', params: { reason: 'UNSIGNED' } }, assuranceLevel: 'meter-signed' },
};

const NOTICE = {
  ...{ listingId: WORD, bookingId: null, to: 'host', at: 1 },
  ...{ code: 'FAULT', params: { errorCode: 'GroundFailure' } },
};

const CONNECTOR = '0x0123456789ab';

const OFFER = {
  code: 'ABCDEF27',
  connector: CONNECTOR,
  chargePointVendor: 'Vendor',
  chargePointModel: 'Model',
  maxPowerW: 11_000,
  connectorStandard: 'IEC_62196_T2',
  powerType: 'AC_3_PHASE',
  meterKey: '0x',
  meterAlgorithm: 'none',
};

describe('the smallest values', () => {
  it.each([
    [
      'hex32',
      hex32,
      [WORD],
      ['', '0x', WORD.slice(0, -1), `${WORD}00`, WORD.toUpperCase(), WORD.slice(2), 1, null],
    ],
    [
      'signature65',
      signature65,
      [SIGNATURE],
      ['0x', WORD, `${SIGNATURE}0`, SIGNATURE.replace('ab', 'AB'), 0],
    ],
    ['hexBytes', hexBytes(2), ['0x', '0x00', '0xffff'], ['', 'ff', '0x0', '0xFF', '0x000000', ['0x']]],
    ['unixSec', unixSec, [0, 2 ** 40 - 1], [-1, 2 ** 40, 0.5, '0', Number.NaN, Number.POSITIVE_INFINITY]],
  ])('%s takes what is well formed and refuses the rest', (_, schema, good, bad) => {
    for (const value of good) expect(schema.safeParse(value).success).toBe(true);
    for (const value of bad) expect([value, schema.safeParse(value).success]).toEqual([value, false]);
  });

  it('address takes lower case and the right checksum, and refuses a wrong one', () => {
    const checked = getAddress(ADDRESS);
    const wrong = checked.replace(/[a-f]/, (letter) => letter.toUpperCase());
    expect(wrong).not.toBe(checked);
    for (const good of [ADDRESS, checked]) expect(address.safeParse(good).success).toBe(true);
    for (const bad of [wrong, ADDRESS.slice(0, -1), `${ADDRESS}0`, ADDRESS.slice(2), '', 5]) {
      expect([bad, address.safeParse(bad).success]).toEqual([bad, false]);
    }
    forAll([anyAddress], (a) => expect(address.safeParse(getAddress(a)).success).toBe(true));
  });
});

describe('a reading', () => {
  it('is taken whatever its quantities, within their widths', () => {
    forAll([anyReading], (r) => expect(reading.parse(JSON.parse(JSON.stringify(r)))).toEqual(r));
  });

  it.each([
    ['energyWh', -1],
    ['energyWh', 2 ** 48],
    ['energyWh', 0.5],
    ['energyWh', '25'],
    ['seq', 2 ** 32],
    ['endedAt', 2 ** 40],
    ['overstaySec', null],
    ['isFinal', 1],
    ['isFinal', 'false'],
    ['bookingId', '0x'],
    ['evidenceHash', undefined],
    ['more', 1],
  ])('is refused with %s = %j', (field, value) => {
    expect(reading.safeParse({ ...READING, [field]: value }).success).toBe(false);
  });
});

describe('the link', () => {
  const HELD = { reading: READING, agentSignature: SIGNATURE, sessionSignature: null };
  const toAgentGood = [
    { type: 'challenge', nonce: WORD },
    { type: 'welcome' },
    { type: 'newest', bookingId: WORD, newest: null, cosigned: null },
    { type: 'newest', bookingId: WORD, newest: HELD, cosigned: { ...HELD, sessionSignature: SIGNATURE } },
    { type: 'start', requestId: '1', bookingId: WORD, envelope: '0x00' },
    { type: 'cosign', requestId: '1', bookingId: WORD, seq: 0, signature: SIGNATURE },
    { type: 'stop', requestId: '1', bookingId: WORD, signature: SIGNATURE },
    { type: 'location', requestId: '1', listingId: WORD, envelope: '0x00' },
    { type: 'pair', requestId: '1', code: 'ABCDEF27', host: ADDRESS },
    { type: 'approveHandover', requestId: '1', bookingId: WORD, signature: PASSKEY_SIGNATURE },
  ];
  const fromAgentGood = [
    { type: 'hello', agentKey: ADDRESS, publicKey: `0x04${'00'.repeat(64)}`, signature: SIGNATURE },
    { type: 'newest', bookingId: WORD },
    { type: 'heartbeat', heartbeat: { agentKey: ADDRESS, sentAt: 1, connectors: [] }, signature: SIGNATURE },
    { type: 'pairings', offers: [OFFER] },
    { type: 'reading', reading: READING, signature: SIGNATURE },
    SESSION,
    { type: 'notice', number: 0, notice: NOTICE },
    { type: 'reply', requestId: '1' },
    { type: 'reply', requestId: '1', problem: { code: 'agent.busy', detail: '' } },
    { type: 'reply', requestId: '1', consent: { offer: OFFER, validUntil: 1, signature: SIGNATURE } },
  ];

  it.each([
    ['to the agent', toAgent, toAgentGood],
    ['from the agent', fromAgent, fromAgentGood],
  ])('takes every message %s, and none with a field missing, added or of another type', (_, schema, good) => {
    for (const message of good) {
      expect([message, schema.safeParse(message).success]).toEqual([message, true]);
      expect(schema.safeParse({ ...message, more: 1 }).success).toBe(false);
      for (const field of Object.keys(message).filter((name) => name !== 'problem' && name !== 'consent')) {
        const { [field as 'type']: gone, ...rest } = message;
        expect([field, schema.safeParse(rest).success, gone]).toEqual([field, false, gone]);
        expect(schema.safeParse({ ...message, [field]: { odd: true } }).success).toBe(false);
      }
    }
  });

  it('refuses what is too long', () => {
    const [start] = toAgentGood.filter(({ type }) => type === 'start');
    expect(toAgent.safeParse({ ...start, envelope: `0x${'00'.repeat(1_025)}` }).success).toBe(false);
    expect(toAgent.safeParse({ ...start, requestId: 'x'.repeat(65) }).success).toBe(false);
    const connectors = Array.from({ length: 65 }, () => ({
      connector: CONNECTOR,
      listingId: WORD,
      status: 'UNKNOWN',
    }));
    expect(heartbeat.safeParse({ agentKey: ADDRESS, sentAt: 1, connectors }).success).toBe(false);
  });

  it.each([
    ['code', 'ABCDEF21'],
    ['code', 'abcdef27'],
    ['code', 'ABCDEF2'],
    ['maxPowerW', 0],
    ['maxPowerW', 1_000_001],
    ['connectorStandard', 'PLUG'],
    ['meterAlgorithm', 'ECDSA-brainpool256r1-SHA256'],
  ])('refuses a pairing offer with %s = %j', (field, value) => {
    expect(pairingOffer.safeParse({ ...OFFER, [field]: value }).success).toBe(false);
  });

  it('refuses a start envelope with anything else in it', () => {
    const good = { bookingId: WORD, secret: WORD, signature: SIGNATURE };
    expect(startEnvelope.safeParse(good).success).toBe(true);
    expect(startEnvelope.safeParse({ ...good, rfidUid: '04A1B2C3D4' }).success).toBe(true);
    for (const bad of [
      { ...good, rfidUid: '' },
      { ...good, rfidUid: 'more than twenty letters' },
      { ...good, secret: '0x01' },
      { ...good, more: 1 },
      { bookingId: WORD },
      null,
      'text',
    ]) {
      expect(startEnvelope.safeParse(bad).success).toBe(false);
    }
  });

  it("commits to a heartbeat's connectors whatever the order of their fields", () => {
    forAll([bytes(32), bytes(32)], (connector, listingId) => {
      const status = 'CHARGING' as const;
      const one = connectorsHash([{ connector, listingId, status }]);
      expect(connectorsHash([{ status, listingId, connector }])).toBe(one);
      expect(connectorsHash([{ connector, listingId, status: 'AVAILABLE' }])).not.toBe(one);
      const hot = connectorsHash([
        { connector, listingId, status, health: { temperatureC: 41, voltageV: 230 } },
      ]);
      expect(hot).not.toBe(one);
      const turned = { voltageV: 230, temperatureC: 41 };
      expect(connectorsHash([{ connector, listingId, status, health: turned }])).toBe(hot);
    });
  });
});
