import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';

/** What an operator's server keeps secret, made on the operator's own computer. */
export interface OperatorKeys {
  relayer: { address: string; privateKey: string };
  /** Of web push (RFC 8292), base64url. */
  vapid: { publicKey: string; privateKey: string };
  /** Of the database that the compose file starts. */
  databasePassword: string;
}

export function makeKeys(): OperatorKeys {
  const privateKey = generatePrivateKey();
  return {
    relayer: { address: privateKeyToAddress(privateKey), privateKey },
    vapid: vapidKeys(),
    databasePassword: randomBytes(24).toString('base64url'),
  };
}

/** A key of the curve P-256: the public one as an uncompressed point, the private one as its 32 bytes. */
export function vapidKeys(): OperatorKeys['vapid'] {
  const { x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const bytes = (part = '') => Buffer.from(part, 'base64url');
  const publicKey = Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)]).toString('base64url');
  return { publicKey, privateKey: bytes(d).toString('base64url') };
}
