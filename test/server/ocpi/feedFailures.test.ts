import { expect, test } from 'vitest';
import { FEED_BOUNDS, type FeedBounds } from '../../../server/ocpi/fetchFeed.ts';
import { waitFor } from '../support.ts';
import { feedReaderForEachTest } from './feedReader.ts';
import { type FeedServer, locationRow } from './feedServer.ts';

const reader = feedReaderForEachTest();

const SMALL: FeedBounds = {
  ...FEED_BOUNDS,
  pageBytes: 20_000,
  rowChars: 2_000,
  pages: 5,
  pageTimeoutMs: 400,
};

test.each<[string, string, (feed: FeedServer) => void]>([
  [
    'answers with an error',
    'feed.unreachable: status 500',
    (feed) => {
      feed.disturb = (_, res) => !!res.writeHead(500).end('no');
    },
  ],
  [
    'redirects to another address',
    'feed.unreachable',
    (feed) => {
      feed.disturb = (_, res) => !!res.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    },
  ],
  [
    'names a next page on another host',
    'feed.incomplete: a next page on http://10.0.0.1',
    (feed) => {
      feed.disturb = (_, res) => {
        res.setHeader('link', '<http://10.0.0.1/secrets>; rel="next"');
        return false;
      };
    },
  ],
  [
    'names the same page for ever',
    'feed.tooLarge: more pages',
    (feed) => {
      feed.disturb = (_, res) => {
        res.setHeader('link', `<${feed.url}>; rel="next"`);
        return false;
      };
    },
  ],
  [
    'has ever another page',
    'feed.tooLarge: more pages',
    (feed) => {
      feed.disturb = (url, res) => {
        const offset = Number(url.searchParams.get('page') ?? 0);
        res.setHeader('link', `<${feed.url}?page=${offset + 1}>; rel="next"`);
        return !!res.end('[]');
      };
    },
  ],
  [
    'is too large',
    'feed.tooLarge',
    (feed) => {
      feed.disturb = (_, res) =>
        !!res.end(JSON.stringify(Array.from({ length: 200 }, (_, n) => locationRow(n))));
    },
  ],
  [
    'ends in the middle',
    'feed.unreadable',
    (feed) => {
      feed.disturb = (_, res) => !!res.end('[{"id": 1}, {"id"');
    },
  ],
  [
    'breaks off',
    'feed.unreachable',
    (feed) => {
      feed.disturb = (_, res) => {
        res.writeHead(200, { 'content-length': 5_000 });
        res.write('[{"id": 1},');
        return !!setImmediate(() => res.destroy());
      };
    },
  ],
  [
    'never answers',
    'feed.unreachable',
    (feed) => {
      feed.disturb = () => true;
    },
  ],
  [
    'announces more than it sends',
    'feed.incomplete: 1 of 99 rows',
    (feed) => {
      feed.disturb = (_, res) => {
        res.setHeader('x-total-count', 99);
        return !!res.end(JSON.stringify([locationRow(1)]));
      };
    },
  ],
  [
    'has changed its format',
    'feed.unreadable: none of 2 rows',
    (feed) => {
      feed.disturb = (_, res) => !!res.end(JSON.stringify([{ ID: '1' }, { ID: '2' }]));
    },
  ],
  [
    // OCPI 2.2.1, 5: what a request is refused for is said within HTTP's 200.
    'refuses within an answer that HTTP calls a success',
    'feed.refused: status_code 2002',
    (feed) => {
      feed.disturb = (_, res) =>
        !!res.end('{"status_code":2002,"data":[],"timestamp":"2026-01-01T00:00:00Z"}');
    },
  ],
  [
    'is a page for people',
    'feed.unreadable',
    (feed) => {
      feed.disturb = (_, res) => !!res.end('<!doctype html><title>Sign in</title>');
    },
  ],
])(
  'a feed that %s keeps what was read before, says so, and is read again later',
  async (_, error, disturb) => {
    const feed = await reader.feedServer([locationRow(1), locationRow(2)]);
    reader.reading(`ours=${feed.url}`, { bounds: SMALL });
    await waitFor('the first read', async () => (await reader.statusOf())?.readAt === reader.now);
    disturb(feed);
    // Otherwise it would be found unchanged.
    feed.rows = [locationRow(1), locationRow(2), locationRow(3)];
    await reader.readAgain((status) => status.error !== null);
    const stored = await reader.db.selectFrom('foreignFeeds').select('error').executeTakeFirst();
    expect(stored!.error).toContain(error);
    expect((await reader.statusOf())!.error).toMatch(/^feed\.\w+$/);
    expect(await reader.storedIds()).toEqual(expect.arrayContaining(['Location 1', 'Location 2']));
    feed.disturb = () => false;
    await waitFor('the feed to be read well', async () => {
      // The error is told before the failed read has said when the next one is due.
      reader.now += 900;
      const { error: left, locationCount } = (await reader.statusOf())!;
      return left === null && locationCount === 3;
    });
    expect(await reader.storedIds()).toEqual(['Location 1', 'Location 2', 'Location 3']);
  },
);
