import { hash } from 'node:crypto';
import type { Request, Response } from 'express';

/** An answer that is sent more than once: as text, with what an unchanged one is known by. */
export interface PreparedJson {
  body: string;
  bytes: number;
  /** One byte for each character is written faster. */
  encoding: 'latin1' | 'utf8';
  etag: string;
}

/** As many characters of the hash as Express takes. */
const ETAG_CHARS = 27;

export function prepareJson(value: unknown): PreparedJson {
  const body = JSON.stringify(value);
  const bytes = Buffer.byteLength(body);
  const etag = `W/"${bytes.toString(16)}-${hash('sha1', body, 'base64').slice(0, ETAG_CHARS)}"`;
  return { body, bytes, encoding: bytes === body.length ? 'latin1' : 'utf8', etag };
}

/** As `res.json` would, without writing and hashing it once more. */
export function sendPrepared(
  req: Request,
  res: Response,
  { body, bytes, encoding, etag }: PreparedJson,
): void {
  res.setHeader('etag', etag);
  if (req.fresh) {
    res.status(304).end();
    return;
  }
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.setHeader('content-length', bytes);
  res.end(body, encoding);
}
