import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A feed of our own with the quirks that real ones have, over HTTP with pages. */
export interface FeedServer {
  url: string;
  /** Headers of the requests so far. */
  requests: { url: string; headers: IncomingHttpHeaders }[];
  /** What it sends; may be changed between two reads. */
  rows: unknown[];
  pageRows: number;
  /** How an answer is written. */
  write: (rows: unknown[]) => string;
  /** Answers in its place, and returns true, where it is to go wrong. */
  disturb: (url: URL, res: ServerResponse) => boolean;
  stop(): Promise<void>;
}

/** Of the two ways to hand out rows, the one that OCPI has. */
export const wrapped = (rows: unknown[]): string =>
  JSON.stringify({ status_code: 1_000, data: rows, timestamp: '2026-01-01T00:00:00Z' });

export async function startFeedServer(rows: unknown[], pageRows = 1_000): Promise<FeedServer> {
  const feed: FeedServer = {
    ...{ url: '', requests: [], rows, pageRows, write: wrapped },
    disturb: () => false,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  const server = createServer((req, res) => {
    const url = new URL(req.url!, feed.url);
    feed.requests.push({ url: req.url!, headers: req.headers });
    if (!feed.disturb(url, res)) answer(feed, url, req.headers, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  feed.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/locations`;
  return feed;
}

function answer(feed: FeedServer, url: URL, headers: IncomingHttpHeaders, res: ServerResponse): void {
  const offset = Number(url.searchParams.get('offset') ?? 0);
  const page = feed.rows.slice(offset, offset + feed.pageRows);
  const etag = `"${Buffer.from(JSON.stringify(page)).toString('base64url').slice(-40)}-${feed.rows.length}"`;
  res.setHeader('etag', etag);
  res.setHeader('x-total-count', feed.rows.length);
  if (headers['if-none-match'] === etag) {
    res.writeHead(304).end();
    return;
  }
  const next = offset + feed.pageRows;
  if (next < feed.rows.length) {
    res.setHeader('link', `<${url.pathname}?offset=${next}&limit=${feed.pageRows}>; rel="next"`);
  }
  res.setHeader('content-type', 'application/json');
  res.end(feed.write(page));
}

/** The row of a location; whole numbers make positions that do not repeat. */
export const locationRow = (n: number, change: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ country_code: 'DE', party_id: 'ABC', id: `LOC${n}`, publish: true, name: `Location ${n}` },
  coordinates: { latitude: (45 + (n % 997) / 200).toFixed(6), longitude: (5 + (n % 883) / 100).toFixed(6) },
  evses: [
    {
      uid: '1',
      status: n % 2 === 0 ? 'AVAILABLE' : 'CHARGING',
      connectors: [
        { standard: 'IEC_62196_T2', power_type: 'AC_3_PHASE', max_voltage: 230, max_amperage: 16 },
      ],
    },
  ],
  last_updated: '2026-01-02T03:04:05Z',
  ...change,
});
