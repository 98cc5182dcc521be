import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { bytesToHex, type Hex, type LocalAccount } from 'viem';
import { beforeAll, describe, expect, it } from 'vitest';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { fixtureForAllTests, watchHeader } from '../fixture.ts';
import { bookCharger, type DriverBooking, listCharger } from '../marketActions.ts';
import { type Answer, caughtUp, get, signedInAs } from '../support.ts';

/**
 * Lists with a cursor are read page by page while rows are added before, at and behind it. Many rows have the same time,
 * so that pages end between equals.
 */

const SEED = 20_261_130;
const AT = 1_800_000_000;
const LIMIT = 4;
const ROWS = 14;

const fixture = fixtureForAllTests({ limits: { signIn: { count: 1_000, windowSec: 60 } } });
let made: DriverBooking;
let bookingRow: Awaited<ReturnType<typeof readRow>>;

const readRow = () =>
  fixture.server.db
    .selectFrom('bookings')
    .selectAll()
    .where('bookingId', '=', made.bookingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirstOrThrow();

beforeAll(async () => {
  const { market } = fixture.ledger;
  made = await bookCharger(market, await listCharger(market));
  await caughtUp(fixture.server, fixture.ledger);
  bookingRow = await readRow();
});

interface List {
  path(): string;
  headers(): Promise<Record<string, string>>;
  /** Adds a row of the list at a time, and gives its id as `idsIn` does. */
  add(at: number): Promise<string>;
  /** The ids on a page, in its order. */
  idsIn(body: never): string[];
}

const newId = (): Hex => bytesToHex(randomBytes(32));

const asOf = (account: () => LocalAccount) => () => signedInAs(fixture.server, account());
const host = () => localAccount('host');

async function addBooking(change: { bookedAt?: number; firstSlot?: number }): Promise<string> {
  const bookingId = newId();
  await fixture.server.db
    .insertInto('bookings')
    .values({ ...bookingRow, bookingId, ...change })
    .execute();
  return bookingId;
}

/** A notice's own id is not shown: a parameter tells them apart. */
async function addNotice(to: 'driver' | 'host', at: number): Promise<string> {
  const { bookingId, listingId } = bookingRow;
  const noticeId = newId();
  const content = { code: 'SAFETY_STOP', params: JSON.stringify({ errorCode: noticeId }) };
  await fixture.server.db
    .insertInto('notices')
    .values({ noticeId, listingId, bookingId, to, ...content, at })
    .execute();
  return noticeId;
}

const noticesIn = (body: { notices: { params: { errorCode: string } }[] }) =>
  body.notices.map(({ params }) => params.errorCode);
const bookingsIn = (body: { bookings: { bookingId: string }[] }) =>
  body.bookings.map(({ bookingId }) => bookingId);

const LISTS: Record<string, List> = {
  'the bookings of a driver': {
    path: () => '/me/bookings',
    headers: asOf(() => made.driver),
    add: (at) => addBooking({ bookedAt: at }),
    idsIn: bookingsIn,
  },
  'the open bookings of a host': {
    path: () => '/me/hosted',
    headers: asOf(host),
    add: (at) => addBooking({ firstSlot: Math.floor(at / 900) }),
    idsIn: bookingsIn,
  },
  'the notices of a host': {
    path: () => '/me/notices',
    headers: asOf(host),
    add: (at) => addNotice('host', at),
    idsIn: noticesIn,
  },
  'the notices of a booking': {
    path: () => `/bookings/${made.bookingId}/notices`,
    headers: () => watchHeader(fixture, made),
    add: (at) => addNotice('driver', at),
    idsIn: noticesIn,
  },
  'the faults of a host': {
    path: () => '/me/faults',
    headers: asOf(host),
    async add(reportedAt) {
      const { bookingId, listingId, driver: reporter } = bookingRow;
      const faultId = newId();
      const report = { faultId, bookingId, listingId, reporter, kind: 'OTHER' as const, comment: '' };
      await fixture.server.db
        .insertInto('faultReports')
        .values({ ...report, reportedAt, resolvedAt: null })
        .execute();
      return faultId;
    },
    idsIn: (body: { faults: { faultId: string }[] }) => body.faults.map(({ faultId }) => faultId),
  },
  'the ratings of a charger': {
    path: () => `/chargers/${bookingRow.listingId}/ratings`,
    headers: async () => ({}),
    async add(ratedAt) {
      const { listingId, driver } = bookingRow;
      const bookingId = newId();
      const said = { stars: 4, comment: '', signature: '0x01' as const };
      await fixture.server.db
        .insertInto('ratings')
        .values({ bookingId, listingId, driver, ...said, ratedAt })
        .execute();
      return bookingId;
    },
    idsIn: (body: { ratings: { bookingId: string }[] }) => body.ratings.map(({ bookingId }) => bookingId),
  },
  'the history of a connector': {
    path: () => `/me/health/${bookingRow.listingId}`,
    headers: asOf(host),
    // A connector has one row a second.
    async add(at) {
      const taken = await fixture.server.db.selectFrom('connectorHistory').select('at').execute();
      const free = taken.some((one) => one.at === at) ? at + taken.length * 1_000 : at;
      await fixture.server.db
        .insertInto('connectorHistory')
        .values({ listingId: bookingRow.listingId, at: free, status: 'AVAILABLE', health: null })
        .execute();
      return String(free);
    },
    idsIn: (body: { states: { at: number }[] }) => body.states.map(({ at }) => String(at)),
  },
};

/** A few times only: the rows of each are equals. */
const times = fc.sample(
  fc.integer({ min: 0, max: 4 }).map((n) => AT + 900 * n),
  { numRuns: 10 * ROWS, seed: SEED },
);

/** All pages of a list; `between` is called after each. */
async function allPages(list: List, between: () => Promise<unknown>): Promise<string[]> {
  const headers = await list.headers();
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `?limit=${LIMIT}${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { status, body }: Answer<{ cursor: string | null }> = await get(
      `${fixture.server.api}${list.path()}${query}`,
      headers,
    );
    expect(status).toBe(200);
    const onPage = list.idsIn(body as never);
    expect(onPage.length).toBe(body.cursor === null ? onPage.length : LIMIT);
    ids.push(...onPage);
    cursor = body.cursor;
    await between();
  } while (cursor !== null);
  return ids;
}

describe.each(Object.entries(LISTS))('%s', (_, list) => {
  it('come page by page, in one order, none twice and none left out, while others are added', async () => {
    const at = times.values();
    const before: string[] = [];
    for (let i = 0; i < ROWS; i++) before.push(await list.add(at.next().value!));
    const added: string[] = [];
    const read = await allPages(list, async () => {
      if (added.length < 6) added.push(await list.add(at.next().value!));
    });
    expect(new Set(read).size).toBe(read.length);
    expect(read).toEqual(expect.arrayContaining(before));
    // The order of the pages is the order of the list: what is read again is the same, with what came in between.
    const again = await allPages(list, async () => undefined);
    expect(again.filter((id) => read.includes(id))).toEqual(read);
    expect(again).toEqual(expect.arrayContaining(added));
  });
});

it('are refused by a cursor that no page has named', async () => {
  const headers = await signedInAs(fixture.server, host());
  for (const cursor of ['', '1', `x.${newId()}`]) {
    const answer = await get(`${fixture.server.api}/me/notices?cursor=${cursor}`, headers);
    expect(answer).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
  }
});
