import { latLngToCell } from 'h3-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChargerDetail, ChargerSummary } from '../../protocol/api.ts';
import { type ListingStruct, packLocation } from '../../protocol/listing.ts';
import type { MapEvent } from '../../protocol/map-api.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { testListing, testTerms, write } from '../support/market.ts';
import { connectedAgent } from './agentPeer.ts';
import { isMapKept } from './map/rows.ts';
import { bookCharger, type Charger, listCharger } from './marketActions.ts';
import {
  caughtUp,
  get,
  openSse,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

let ledger: TestLedger;
let server: TestServer;
/** Seconds that the server's clock is ahead. */
let aheadSec = 0;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market, {}, { now: () => Math.floor(Date.now() / 1000) + aheadSec });
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

/** The part of a listing that places it at a point of the earth, in degrees. */
function at(latitude: number, longitude: number): Partial<ListingStruct> {
  const { address } = localAccount('host');
  const { place } = testListing(testTerms(address, address));
  return {
    place: {
      ...place,
      location: packLocation({
        h3Cell: latLngToCell(latitude, longitude, 8),
        resolution: 8,
        connectorStandard: 'IEC_62196_T2',
        powerType: 'AC_3_PHASE',
      }),
    },
  };
}

const inBox = async (bbox: string, limit = '') =>
  (
    await get<{ chargers: ChargerSummary[]; truncated: boolean }>(
      `${server.api}/chargers?bbox=${bbox}${limit}`,
    )
  ).body;

const idsIn = async (bbox: string) => (await inBox(bbox)).chargers.map((charger) => charger.listingId).sort();

/** Waits until the map has what the index has. */
async function mapKept(): Promise<void> {
  await caughtUp(server, ledger);
  await waitFor('the map to be kept', () => isMapKept(server.db));
}

async function reportStatus(charger: Charger, status: 'AVAILABLE' | 'CHARGING' = 'AVAILABLE') {
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  const { connector } = charger.listing.place;
  const sentAt = Math.floor(Date.now() / 1000) + aheadSec;
  await peer.heartbeat([{ connector, listingId: charger.listingId, status }], { sentAt });
  await waitFor('the heartbeat to be stored', async () => {
    const row = await server.db
      .selectFrom('connectors')
      .select('sentAt')
      .where('listingId', '=', charger.listingId)
      .executeTakeFirst();
    return row?.sentAt === sentAt;
  });
  return peer;
}

test('a bounding box shows the open chargers in it, with price, power and only the cell as location', async () => {
  const rome = await listCharger(ledger.market, at(41.9, 12.5));
  const oslo = await listCharger(ledger.market, at(59.9, 10.7));
  await mapKept();
  expect(await idsIn('12,41,13,42')).toEqual([rome.listingId]);
  expect(await idsIn('10,41,13,60')).toEqual([rome.listingId, oslo.listingId].sort());
  expect(await idsIn('0,0,1,1')).toEqual([]);
  const [charger] = (await inBox('12,41,13,42')).chargers;
  expect(charger).toMatchObject({
    status: 'UNKNOWN',
    freshness: 'OFFLINE',
    h3Cell: latLngToCell(41.9, 12.5, 8),
    connectorStandard: 'IEC_62196_T2',
    powerType: 'AC_3_PHASE',
    maxPowerW: 11_000,
    pricePerKwh: '250000',
    pricePerHour: '100000',
    flatFee: '50000',
  });
  expect(charger!.latitude).toMatch(/^41\.\d{6}$/);
  expect(charger!.longitude).toMatch(/^12\.\d{6}$/);
});

test('a bounding box may cross the antimeridian, and an answer that is cut is marked as truncated', async () => {
  const east = await listCharger(ledger.market, at(-17.7, 178.5));
  const west = await listCharger(ledger.market, at(-17.7, -179.5));
  await mapKept();
  expect(await idsIn('178,-18,-179,-17')).toEqual([east.listingId, west.listingId].sort());
  expect(await idsIn('178,-18,180,-17')).toEqual([east.listingId]);
  const some = await inBox('178,-18,-179,-17', '&limit=1');
  expect(some.chargers).toHaveLength(1);
  expect(some.truncated).toBe(true);
});

test('a closed listing leaves the map, but not the list of its host or its own page', async () => {
  const charger = await listCharger(ledger.market, at(48.2, 16.3));
  await write(ledger.market, localAccount('host'), 'setListingStatus', [charger.listing, 2, '0x']);
  await mapKept();
  expect(await idsIn('16,48,17,49')).toEqual([]);
  const ofHost = await get<{ chargers: ChargerSummary[] }>(
    `${server.api}/chargers?host=${localAccount('host').address}`,
  );
  expect(ofHost.body.chargers.map((c) => c.listingId)).toContain(charger.listingId);
  expect((await get(`${server.api}/chargers/${charger.listingId}`)).body).toMatchObject({
    listingStatus: 'CLOSED',
    status: 'INOPERATIVE',
    version: 2,
  });
});

test('a listing with an invalid cell is not on the map', async () => {
  const place = { ...at(0, 0).place!, location: 1n | (8n << 52n) | (8n << 64n) };
  const charger = await listCharger(ledger.market, { place });
  await mapKept();
  expect((await get(`${server.api}/chargers/${charger.listingId}`)).status).toBe(404);
});

test('a charger is reserved during a booking, unless the agent reports another status', async () => {
  const charger = await listCharger(ledger.market, at(52.5, 13.4));
  const slot = Math.floor(Date.now() / 900_000) + 8;
  await bookCharger(ledger.market, charger, { firstSlot: slot, slotCount: 2 });
  await mapKept();
  const statusAt = async (unixSec: number, says: 'AVAILABLE' | 'CHARGING' = 'AVAILABLE') => {
    aheadSec = unixSec - Math.floor(Date.now() / 1000);
    const peer = await reportStatus(charger, says);
    const { body } = await get<ChargerDetail>(`${server.api}/chargers/${charger.listingId}`);
    await peer.stop();
    return body.status;
  };
  try {
    const [opens, ends] = [slot * 900 - 15 * 60, (slot + 2) * 900];
    expect(await statusAt(opens - 30)).toBe('AVAILABLE');
    expect(await statusAt(opens + 30)).toBe('RESERVED');
    expect(await statusAt(opens + 60, 'CHARGING')).toBe('CHARGING');
    expect(await statusAt(ends - 30)).toBe('RESERVED');
    expect(await statusAt(ends + 30)).toBe('AVAILABLE');
    aheadSec += 100;
    const stale = await get<ChargerDetail>(`${server.api}/chargers/${charger.listingId}`);
    expect(stale.body).toMatchObject({ freshness: 'STALE', status: 'AVAILABLE' });
    aheadSec += 600;
    const offline = await get<ChargerDetail>(`${server.api}/chargers/${charger.listingId}`);
    expect(offline.body).toMatchObject({ freshness: 'OFFLINE', status: 'UNKNOWN' });
  } finally {
    aheadSec = 0;
  }
});

test('an open map gets new chargers, heartbeats, bookings, changes by time, and removals', async () => {
  const stream = await openSse(`${server.api}/map/events`);
  const events = stream.events as MapEvent[];
  const charger = await listCharger(ledger.market, at(45.4, 9.2));
  let seen = 0;
  const heard = (what: string, look: (event: MapEvent) => boolean) =>
    waitFor(what, () => {
      const isIt = (event: MapEvent) =>
        'listingId' in event.data && event.data.listingId === charger.listingId && look(event);
      const index = events.findIndex((event, i) => i >= seen && isIt(event));
      seen = index + 1 || seen;
      return index >= 0;
    });
  const hasStatus = (status: string) => (event: MapEvent) =>
    event.event === 'charger' && event.data.status === status;
  await heard('the new charger', hasStatus('UNKNOWN'));
  const peer = await reportStatus(charger);
  await heard('the heartbeat', hasStatus('AVAILABLE'));
  await bookCharger(ledger.market, charger);
  await heard('the booking', hasStatus('RESERVED'));
  try {
    aheadSec = 700;
    await heard('the silence', hasStatus('UNKNOWN'));
  } finally {
    aheadSec = 0;
  }
  await write(ledger.market, localAccount('host'), 'setListingStatus', [charger.listing, 3, '0x']);
  await heard('the removal', (event) => event.event === 'removed');
  await peer.stop();
  stream.close();
});

test.each([
  '',
  '?bbox=1,2,3',
  '?bbox=a,b,c,d',
  '?bbox=0,50,1,40',
  '?bbox=0,0,181,1',
  '?bbox=0,0,1,1&limit=0',
  '?bbox=0,0,1,1&limit=1001',
  '?bbox=0,0,1,1&host=0x1111111111111111111111111111111111111111',
  '?host=nobody',
  '?bbox=0,0,1,1&colour=red',
])('the query "%s" is refused with the field’s path', async (query) => {
  const { status, body } = await get<{ code: string; errors: { path: string }[] }>(
    `${server.api}/chargers${query}`,
  );
  expect([status, body.code]).toEqual([400, 'input.invalid']);
  expect(body.errors[0]!.path).toMatch(/^query/);
});
