import { generateKeyPairSync, sign } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Hex, toHex } from 'viem';
import type { MeterRecordStruct } from '../../protocol/proof.ts';

const CURVES = {
  'ECDSA-secp256r1-SHA256': { namedCurve: 'prime256v1', order: p256.Point.Fn.ORDER },
  'ECDSA-secp256k1-SHA256': { namedCurve: 'secp256k1', order: secp256k1.Point.Fn.ORDER },
} as const;

/** A meter of these tests: a key, and records signed by it. */
export interface TestMeter {
  /** x ‖ y. */
  key: Hex;
  sign(payload: string, lowS?: boolean): MeterRecordStruct;
}

/** Signs by OpenSSL: there are thousands of records, and it is fifty times as fast. */
export function newMeter(algorithm: keyof typeof CURVES = 'ECDSA-secp256r1-SHA256'): TestMeter {
  const { namedCurve, order } = CURVES[algorithm];
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return {
    key: toHex(Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])),
    sign: (payload, lowS = true) => {
      const signature = sign('sha256', Buffer.from(payload), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const s = BigInt(toHex(signature.subarray(32)));
      const [low, high] = s > order / 2n ? [order - s, s] : [s, order - s];
      return {
        payload: toHex(payload),
        r: toHex(signature.subarray(0, 32)),
        s: toHex(lowS ? low : high, { size: 32 }),
      };
    },
  };
}

/** `YYYY-MM-DDThh:mm:ss,mmm+0000 S`. */
export const meterTime = (timeSec: number, sync = 'S'): string =>
  `${new Date(timeSec * 1000).toISOString().slice(0, 19)},000+0000 ${sync}`;

export interface ReadingText {
  TM?: string;
  TX?: string;
  RV: number | string;
  RI?: string;
  RU?: string;
  EF?: string;
  ST?: string;
  CL?: number;
}

const READING = { RI: '1-0:1.8.0', RU: 'kWh', RT: 'AC', EF: '', ST: 'G' };

/** A payload as real meters write it. */
export function ocmf(
  id: string,
  page: number,
  readings: readonly ReadingText[],
  change: object = {},
): string {
  return JSON.stringify({
    FV: '1.0',
    GI: 'TEST METER 1',
    GS: '0123456789',
    GV: '1.9:32CA:AFF4, 6d1dd3c',
    PG: `T${page}`,
    MV: 'Plugpact tests',
    MM: 'TM-WS36A-H01-1311-0000',
    MS: '0123456789',
    IS: true,
    IL: 'TRUSTED',
    IF: ['OCPP_RS', 'RFID_NONE'],
    IT: 'LOCAL',
    ID: id,
    RD: readings.map((reading) => ({ ...READING, ...reading })),
    ...change,
  });
}
