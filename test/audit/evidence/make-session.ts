import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { encodePacked, type Hex, keccak256, toHex, zeroHash } from 'viem';
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
  sign as signHash,
} from 'viem/accounts';
import type { GivenBundle } from '../../../audit/evidence/bundle-files.ts';
import type { SessionFacts } from '../../../audit/evidence/session-facts.ts';
import { tagOf } from '../../../audit/ocmf/tag.ts';
import type { Reading } from '../../../audit/rules/reading.ts';
import { digestOf, type MarketRef } from '../../../audit/rules/signed-types.ts';
import { signedRecord, signedValue } from '../../../scripts/wallbox/record.ts';

export const MARKET: MarketRef = { chainId: 31_337, market: `0x${'11'.repeat(20)}` };

const BEGAN = 1_800_000_000;

/** Keys that sessions share: one agent and its meter. */
export interface MeterOwner {
  agent: PrivateKeyAccount;
  agentKey: Hex;
  meter: KeyObject;
  point: Hex;
  /** What the meter signs in place of a part of its payload. */
  says?: [from: string, to: string];
}

export function makeMeterOwner(): MeterOwner {
  const agentKey = generatePrivateKey();
  const { privateKey: meter } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = createPublicKey(meter).export({ type: 'spki', format: 'der' });
  return { agent: privateKeyToAccount(agentKey), agentKey, meter, point: toHex(spki.subarray(-64)) };
}

/** What a session's evidence says; a test changes it, and what follows from it is made again. */
export interface SessionPlan {
  bookingId: Hex;
  market: MarketRef;
  /** Unix seconds. */
  beganAt: number;
  beginWh: number;
  energyWh: number;
  page: number;
  format: 1 | 2;
  /** ID of the records; the booking's own tag where it is left out. */
  idTag?: string;
  /** What the final reading bills. */
  billedWh: number;
  secret: Hex;
  sessionKey: Hex;
  /** Changes the lines before anything is hashed or signed over them. */
  edit: (lines: string[]) => string[];
}

export interface MadeSession {
  facts: SessionFacts;
  given: GivenBundle;
  lines: string[];
  salt: Hex;
  final: Reading;
  secret: Hex;
  tag: string;
}

const sha256 = (salt: Hex, text: string): Hex =>
  `0x${createHash('sha256')
    .update(Buffer.from(salt.slice(2), 'hex'))
    .update(text)
    .digest('hex')}`;

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export const signReadingBy = (key: Hex, market: MarketRef, reading: Reading): Promise<Hex> =>
  signHash({ hash: digestOf(market, 'Reading', { ...reading }), privateKey: key, to: 'hex' });

export const commitmentOf = (salt: Hex, beginWh: number, endWh: number): Hex => {
  const key = keccak256(`${salt}${Buffer.from('registers').toString('hex')}`);
  return keccak256(encodePacked(['bytes32', 'uint64', 'uint64'], [key, BigInt(beginWh), BigInt(endWh)]));
};

/** A charge of one transaction, half of it co-signed, as an agent writes it down. */
export async function makeSession(
  owner: MeterOwner,
  change: Partial<SessionPlan> = {},
): Promise<MadeSession> {
  const plan: SessionPlan = {
    bookingId: generatePrivateKey(),
    market: MARKET,
    beganAt: BEGAN,
    beginWh: 10_000,
    energyWh: 2_000,
    page: 7,
    format: 2,
    billedWh: change.energyWh ?? 2_000,
    secret: generatePrivateKey(),
    sessionKey: generatePrivateKey(),
    edit: (lines) => lines,
    ...change,
  };
  const salt = generatePrivateKey();
  const { chainId, market } = plan.market;
  const tag = tagOf(chainId, market, plan.bookingId, plan.secret);
  const lines = plan.edit(await linesOf(owner, plan, salt, plan.idTag ?? tag));
  const final: Reading = {
    ...readingOf(plan, 2, plan.billedWh, true),
    evidenceHash: sha256(salt, textOf(lines)),
    registersCommitment: commitmentOf(salt, plan.beginWh, plan.beginWh + plan.energyWh),
  };
  const bytes = Buffer.from(textOf(lines));
  const given = { name: final.evidenceHash.slice(2), bytes, salt: Buffer.from(`${salt}\n`) };
  return { facts: factsOf(owner, plan, final), given, lines, salt, final, secret: plan.secret, tag };
}

function factsOf(owner: MeterOwner, plan: SessionPlan, final: Reading): SessionFacts {
  return {
    bookingId: plan.bookingId,
    listingId: zeroHash,
    agentKey: owner.agent.address,
    sessionKey: privateKeyToAccount(plan.sessionKey).address,
    startHash: keccak256(plan.secret),
    opens: plan.beganAt - 900,
    closes: plan.beganAt + 7_200,
    readings: [final],
    billed: final,
    soldWh: final.energyWh,
    meter: { point: owner.point, algorithm: 1, prefix: '' },
    tx: zeroHash,
  };
}

const readingOf = (plan: SessionPlan, seq: number, energyWh: number, isFinal: boolean) => ({
  bookingId: plan.bookingId,
  ...{ seq, energyWh, beganAt: plan.beganAt, endedAt: plan.beganAt + 600 * seq, overstaySec: 0, isFinal },
});

async function linesOf(owner: MeterOwner, plan: SessionPlan, salt: Hex, idTag: string): Promise<string[]> {
  const { bookingId, beginWh, energyWh, beganAt: at } = plan;
  const lines: string[] = [];
  const add = (line: object) => lines.push(JSON.stringify(line));
  const read = async (seq: number, wh: number) => {
    const made: Reading = {
      ...readingOf(plan, seq, wh, false),
      evidenceHash: sha256(salt, textOf(lines)),
      registersCommitment: commitmentOf(salt, beginWh, beginWh + wh),
    };
    add({ at, reading: made, agentSignature: await signReadingBy(owner.agentKey, plan.market, made) });
    add({ at, seq, sessionSignature: await signReadingBy(plan.sessionKey, plan.market, made) });
  };
  const record = recordOf(owner, plan, idTag);
  const half = Math.floor(energyWh / 2);
  add({ format: `plugpact-evidence/${plan.format}`, bookingId });
  add({ at, frame: [2, '1', 'StartTransaction', { connectorId: 1, idTag, meterStart: beginWh }] });
  add({ at, transactionId: 3, messageId: '1' });
  add({ at, asked: 'remoteStart', answer: 'accepted', calls: [] });
  await read(0, 0);
  add({ at: at + 300, frame: [2, '2', 'MeterValues', valuesOf(beginWh + half)] });
  await read(1, half);
  const transactionData = [{ sampledValue: [{ value: containerOf(owner, record), format: 'SignedData' }] }];
  const stop = { transactionId: 3, meterStop: beginWh + energyWh, transactionData };
  add({ at: at + 600, frame: [2, '3', 'StopTransaction', stop] });
  add({ at: at + 600, record });
  if (plan.format === 2) add({ at: at + 600, startSecret: plan.secret });
  return lines;
}

const valuesOf = (registerWh: number) => ({
  transactionId: 3,
  meterValue: [{ sampledValue: [{ value: String(registerWh / 1_000), unit: 'kWh' }] }],
});

export function recordOf(owner: MeterOwner, plan: SessionPlan, idTag: string): string {
  const { page, beginWh, energyWh, beganAt } = plan;
  const readings = [
    { reason: 'B' as const, at: new Date(beganAt * 1_000), registerWh: beginWh },
    { reason: 'E' as const, at: new Date((beganAt + 600) * 1_000), registerWh: beginWh + energyWh },
  ];
  const record = signedRecord(owner.meter, {
    serial: 'S1',
    firmware: '1',
    pagination: page,
    idTag,
    readings,
  });
  return owner.says === undefined ? record : signedAgain(owner.meter, record.replace(...owner.says));
}

/** The record with the meter's signature over what it says now. */
export function signedAgain(meter: KeyObject, record: string): string {
  const payload = record.slice('OCMF|'.length, record.lastIndexOf('|'));
  const SD = sign('sha256', Buffer.from(payload), meter).toString('hex');
  return `OCMF|${payload}|${JSON.stringify({ SD })}`;
}

const containerOf = ({ meter }: MeterOwner, record: string): string =>
  signedValue(record, createPublicKey(meter).export({ type: 'spki', format: 'der' }).toString('hex'));
