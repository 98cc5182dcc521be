import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The meter's own secp256r1 key, made at the first start and stored as PEM that only its owner can read. */
export function meterKey(file: string): KeyObject {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  return createPrivateKey(readFileSync(file, 'utf8'));
}

/** The public key as lower-case hex of its DER SubjectPublicKeyInfo. */
export const publicKeyHex = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('hex');

export interface RecordReading {
  /** B begins a transaction, E ends it (OCMF 1.4, table "Reading"). */
  reason: 'B' | 'E';
  at: Date;
  registerWh: number;
}

export interface RecordFacts {
  serial: string;
  firmware: string;
  /** Number of the transaction record. */
  pagination: number;
  idTag: string;
  readings: RecordReading[];
  /** FV of OCMF: 1.0 if it is left out. */
  formatVersion?: (typeof OCMF_VERSIONS)[number];
}

/** The same records under either number; the transparency software reads them as 1.0 only. */
export const OCMF_VERSIONS = ['1.0', '1.4'] as const;

/** OCMF time: ISO 8601 with a comma before the milliseconds, here in UTC, `S` for a synchronised clock. */
function ocmfTime(at: Date): string {
  return `${at.toISOString().replace('.', ',').replace('Z', '+0000')} S`;
}

/**
 * A signed record of the Open Charge Metering Format: `OCMF|payload|signature`, ECDSA-secp256r1-SHA256 over
 * the payload's exact bytes, DER in hex.
 */
export function signedRecord(key: KeyObject, facts: RecordFacts): string {
  const payload = JSON.stringify({
    FV: facts.formatVersion ?? '1.0',
    GI: 'Plugpact Simulated Wallbox',
    GS: facts.serial,
    PG: `T${facts.pagination}`,
    MV: 'Plugpact',
    MM: 'Simulated Meter',
    MS: `${facts.serial}-M`,
    MF: facts.firmware,
    IS: true,
    IT: 'CENTRAL',
    ID: facts.idTag,
    RD: facts.readings.map((reading) => ({
      TM: ocmfTime(reading.at),
      TX: reading.reason,
      RV: Number((reading.registerWh / 1000).toFixed(3)),
      RI: '1-b:1.8.0',
      RU: 'kWh',
      RT: 'AC',
      EF: '',
      ST: 'G',
    })),
  });
  const signature = signBytes('sha256', Buffer.from(payload, 'utf8'), key).toString('hex');
  return `OCMF|${payload}|${JSON.stringify({ SA: 'ECDSA-secp256r1-SHA256', SD: signature })}`;
}

/** The container of a record in OCPP 1.6 (OCA application note on signed meter values 1.0). */
export function signedValue(record: string, keyHex: string): string {
  return JSON.stringify({
    signedMeterData: Buffer.from(record).toString('base64'),
    signingMethod: 'ECDSA-secp256r1-SHA256',
    encodingMethod: 'OCMF',
    publicKey: Buffer.from(`oca:base16:asn1:${keyHex}`).toString('base64'),
  });
}
