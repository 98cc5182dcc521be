import { createDecipheriv, createECDH, createHmac, type ECDH, randomBytes } from 'node:crypto';

/** A browser's end of web push, by RFC 8291 and RFC 8188 alone. */
export interface Browser {
  keys: { p256dh: string; auth: string };
  open(body: Buffer): string;
}

export function newBrowser(): Browser {
  const ecdh = createECDH('prime256v1');
  const p256dh = ecdh.generateKeys();
  const auth = randomBytes(16);
  return {
    keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') },
    open: (body) => opened(ecdh, auth, body),
  };
}

const hmac = (key: Buffer, ...parts: (Buffer | string)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHmac('sha256', key)).digest();

function opened(ecdh: ECDH, auth: Buffer, body: Buffer): string {
  const salt = body.subarray(0, 16);
  const keyLength = body[20]!;
  const senderKey = body.subarray(21, 21 + keyLength);
  const text = body.subarray(21 + keyLength);
  const shared = hmac(auth, ecdh.computeSecret(senderKey));
  const ikm = hmac(shared, 'WebPush: info\0', ecdh.getPublicKey(), senderKey, Buffer.of(1));
  const prk = hmac(salt, ikm);
  const key = hmac(prk, 'Content-Encoding: aes128gcm\0', Buffer.of(1)).subarray(0, 16);
  const nonce = hmac(prk, 'Content-Encoding: nonce\0', Buffer.of(1)).subarray(0, 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(text.subarray(-16));
  const plain = Buffer.concat([decipher.update(text.subarray(0, -16)), decipher.final()]);
  // A delimiter ends the text; zeros may follow it.
  return plain.subarray(0, plain.lastIndexOf(2)).toString();
}
