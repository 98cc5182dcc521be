import type { Request, Response } from 'express';

const MVT_TYPE = 'application/vnd.mapbox-vector-tile';

export interface TileAnswer {
  /** Names the tile's content, without quotes. */
  etag: string;
  cacheControl: string;
  /** Is asked for only where the client has another version. */
  bytes(): Promise<Uint8Array> | Uint8Array;
}

/** Whether a client has this version (RFC 9110, section 13.1.2); what a proxy weakened is the same tile. */
const knows = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((known) => known.trim().replace(/^W\//, '') === `"${etag}"`);

/** Sends a vector tile, or 304 where the client has it. */
export async function sendTile(req: Request, res: Response, answer: TileAnswer): Promise<void> {
  res.set({ etag: `"${answer.etag}"`, 'cache-control': answer.cacheControl });
  if (knows(req.headers['if-none-match'], answer.etag)) {
    res.status(304).end();
    return;
  }
  const bytes = await answer.bytes();
  res.type(MVT_TYPE).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
