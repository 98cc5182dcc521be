import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { markChargers } from '../../../server/map/dirty.ts';
import { gridPoint, mortonKey, tileOf, tileRange } from '../../../server/map/morton.ts';
import { decodeTile, type TileFeature } from '../../support/mvt.ts';
import {
  newDatabase,
  ON_POSTGRES,
  openSse,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from '../support.ts';
import { isMapKept, type ListingRow, listingIdFor, putListingRows } from './rows.ts';

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const ATHENS = { latitudeE6: 37_983_000, longitudeE6: 23_727_000 };
const LIMA = { latitudeE6: -12_046_000, longitudeE6: -77_043_000 };

/** Writes listings as the index would, and waits until the map shows them. */
async function put(listings: readonly ListingRow[], { db } = server): Promise<void> {
  await putListingRows(db, listings);
  await markChargers(
    db,
    listings.map(({ id }) => listingIdFor(id)),
  );
  await waitFor('the map to be kept', () => isMapKept(db));
}

const tileUrl = ({ latitudeE6, longitudeE6 }: typeof ATHENS, zoom: number, { url } = server) => {
  const { z, x, y } = tileOf(mortonKey(latitudeE6, longitudeE6), zoom);
  return `${url}/tiles/chargers/${z}/${x}/${y}.mvt`;
};

async function tileAt(at: typeof ATHENS, zoom: number): Promise<Record<string, TileFeature[]>> {
  const response = await fetch(tileUrl(at, zoom));
  expect(response.headers.get('content-type')).toBe('application/vnd.mapbox-vector-tile');
  return decodeTile(new Uint8Array(await response.arrayBuffer()));
}

test('a tile shows each of few chargers where it is, with what the map says of it', async () => {
  await put([{ id: 1, ...ATHENS, pricePerKwh: 310_000, maxPowerW: 22_000 }]);
  const { chargers, clusters } = await tileAt(ATHENS, 14);
  expect(clusters).toBeUndefined();
  expect(chargers).toHaveLength(1);
  expect(chargers![0]!.properties).toEqual({
    ...{ listingId: listingIdFor(1), status: 'UNKNOWN', freshness: 'OFFLINE', maxPowerW: 22_000 },
    ...{ pricePerKwh: 310_000, pricePerHour: 100_000, flatFee: 50_000 },
    ...{ powerType: 'AC_3_PHASE', connectorStandard: 'IEC_62196_T2' },
  });
  const key = mortonKey(ATHENS.latitudeE6, ATHENS.longitudeE6);
  const [inWorld, inTile] = [gridPoint(key), gridPoint(tileRange(tileOf(key, 14)).from)];
  const units = 4_096 / 2 ** 10;
  expect(chargers![0]!.geometry).toEqual([
    [{ x: (inWorld.x - inTile.x) * units, y: (inWorld.y - inTile.y) * units }],
  ]);
});

test('a tile of many chargers shows clusters with their sums, and alone what is alone in its cell', async () => {
  const town = Array.from({ length: 300 }, (_, i) => ({
    ...{ id: 1_000 + i, latitudeE6: LIMA.latitudeE6 + i, longitudeE6: LIMA.longitudeE6 - i },
    pricePerKwh: 200_000 + i,
  }));
  const alone = { id: 2_000, latitudeE6: LIMA.latitudeE6 + 9_000_000, longitudeE6: LIMA.longitudeE6 };
  await put([...town, alone]);
  const { clusters, chargers } = await tileAt(LIMA, 3);
  expect(clusters!.map(({ properties }) => properties)).toEqual([{ n: 300, live: 0, cheapest: 200_000 }]);
  expect(chargers!.map(({ properties }) => properties.listingId)).toEqual([listingIdFor(2_000)]);
});

test('an unchanged tile is answered with 304, a changed one within a second, and an empty one without a body', async () => {
  await put([{ id: 1, ...ATHENS }]);
  const first = await fetch(tileUrl(ATHENS, 10));
  const etag = first.headers.get('etag')!;
  const again = () => fetch(tileUrl(ATHENS, 10), { headers: { 'if-none-match': etag } });
  expect((await again()).status).toBe(304);
  await put([{ id: 1, ...ATHENS, pricePerKwh: 123_456 }]);
  await waitFor('the changed tile', async () => (await again()).status === 200);
  expect((await tileAt(ATHENS, 10)).chargers![0]!.properties.pricePerKwh).toBe(123_456);
  expect((await tileAt(ATHENS, 0)).chargers ?? []).toBeDefined();
  const empty = await fetch(`${server.url}/tiles/chargers/14/0/0.mvt`);
  expect([empty.status, (await empty.arrayBuffer()).byteLength]).toEqual([200, 0]);
});

test.each(['0/0/1', '1/2/0', '15/0/0', '-1/0/0', 'a/b/c', '3/1/1e1'])(
  'there is no tile %s',
  async (address) => {
    const response = await fetch(`${server.url}/tiles/chargers/${address}.mvt`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'input.invalid' });
  },
);

const seenBy = (stream: { events: { event: string; data: unknown }[] }) =>
  stream.events.flatMap(({ event, data }) => {
    const { listingId } = data as { listingId?: string };
    return listingId === undefined ? [] : [`${event} ${Number(listingId)}`];
  });

const view = ({ latitudeE6, longitudeE6 }: typeof ATHENS, size = 0.5) =>
  [longitudeE6 / 1e6 - size, latitudeE6 / 1e6 - size, longitudeE6 / 1e6 + size, latitudeE6 / 1e6 + size].join(
    ',',
  );

async function openView(bbox: string, headers = {}, { api } = server) {
  const stream = await openSse(`${api}/map/events?bbox=${bbox}`, headers);
  if (!('last-event-id' in headers))
    await waitFor('the stream to be ready', () => stream.events.some(({ event }) => event === 'ready'));
  return stream;
}

test('a map hears of what it shows, and of nothing else', async () => {
  const [athens, lima, all] = await Promise.all([
    openView(view(ATHENS)),
    openView(view(LIMA)),
    openView('-180,-90,180,90'),
  ]);
  await put([{ id: 11, ...ATHENS }]);
  await put([{ id: 11, ...LIMA }]);
  await put([{ id: 11, ...LIMA, isOpen: false }]);
  // Nothing that the map shows: nobody hears of it.
  await put([{ id: 11, ...LIMA, isOpen: false, pricePerKwh: 1 }]);
  await put([{ id: 12, ...ATHENS }]);
  await waitFor('the last change', () =>
    [athens, all].every((stream) => seenBy(stream).includes('charger 12')),
  );
  expect(seenBy(athens)).toEqual(['charger 11', 'removed 11', 'charger 12']);
  expect(seenBy(lima)).toEqual(['charger 11', 'removed 11']);
  expect(seenBy(all)).toEqual(['charger 11', 'removed 11', 'charger 11', 'removed 11', 'charger 12']);
  for (const stream of [athens, lima, all]) stream.close();
});

test('a map that was away is sent what it missed in its view, and what comes after', async () => {
  const first = await openView(view(ATHENS));
  await put([
    { id: 21, ...ATHENS },
    { id: 22, ...ATHENS },
  ]);
  await waitFor('both chargers', () => seenBy(first).length === 2);
  const lastEventId = first.events.at(-1)!.id!;
  first.close();
  await put([
    { id: 21, ...ATHENS, isOpen: false },
    { id: 23, ...LIMA },
    { id: 24, ...ATHENS },
  ]);
  const back = await openView(view(ATHENS), { 'last-event-id': lastEventId });
  await waitFor('what it missed', () => seenBy(back).length === 2);
  expect(seenBy(back).toSorted()).toEqual(['charger 24', 'removed 21']);
  await put([{ id: 25, ...ATHENS }]);
  await waitFor('what came after', () => seenBy(back).length === 3);
  const numbers = back.events.map(({ id }) => Number(id));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  back.close();
});

test('another process, or one that started since, goes on where the first one was', async () => {
  const { env, remove } = await newDatabase();
  onTestFinished(remove);
  const first = await startServer(ledger.market, env);
  const before = await openView(view(ATHENS), {}, first);
  await put([{ id: 31, ...ATHENS }], first);
  await waitFor('the charger', () => seenBy(before).length === 1);
  const lastEventId = before.events.at(-1)!.id!;
  await put([{ id: 32, ...ATHENS }], first);
  // A file is one process's alone.
  if (!ON_POSTGRES) await first.stop();
  const other = await startServer(ledger.market, env);
  const tileTag = async () => (await fetch(tileUrl(ATHENS, 12, other))).headers.get('etag');
  const tagBefore = await tileTag();
  const back = await openView(view(ATHENS), { 'last-event-id': lastEventId }, other);
  await waitFor('what was missed', () => seenBy(back).length === 1);
  await put([{ id: 31, ...ATHENS, isOpen: false }], ON_POSTGRES ? first : other);
  await waitFor('what the leading process changed', () => seenBy(back).length === 2);
  expect(seenBy(back)).toEqual(['charger 32', 'removed 31']);
  expect(await tileTag()).not.toBe(tagBefore);
  back.close();
  if (ON_POSTGRES) await first.stop();
  await other.stop();
});

test.each(['999999999', '-1', 'x'])(
  'a map whose last event %s is none of this server reads its view again',
  async (id) => {
    const stream = await openView(view(LIMA), { 'last-event-id': id });
    await waitFor('the reset', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({ event: 'reset', data: {} });
    stream.close();
  },
);
