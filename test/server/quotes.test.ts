import { latLngToCell } from 'h3-js';
import { type BaseError, ContractFunctionRevertedError, type Hex, zeroHash } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { ChargerDetail } from '../../protocol/api.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { packHours } from '../../protocol/hours.ts';
import { type ListingStruct, packLocation, placeHash } from '../../protocol/listing.ts';
import type { QuotesResponse } from '../../protocol/map-api.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  clientOf,
  fundDriver,
  makeBooking,
  TARIFF,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';
import {
  bookCharger,
  type Charger,
  cancelByDriver,
  type DriverBooking,
  listCharger,
  readingOf,
  settle,
} from './marketActions.ts';
import {
  caughtUp,
  get,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

/** The server's clock stands still in the middle of a slot to come, so that none that it offers passes meanwhile. */
const NOW_SEC = (Math.floor(Date.now() / 900_000) + 2) * 900 + 400;

let ledger: TestLedger;
let server: TestServer;
let driver: PrivateKeyAccount;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market, {}, { now: () => NOW_SEC });
  driver = await fundDriver(ledger.market);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const someTerms = testTerms(localAccount('host').address, localAccount('host').address);

function at(latitude: number, longitude: number): Partial<ListingStruct> {
  const location = packLocation({
    ...{ h3Cell: latLngToCell(latitude, longitude, 8), resolution: 8 },
    ...{ connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE' },
  });
  return { place: { ...testListing(someTerms).place, location } };
}

const quotes = async (query: string): Promise<QuotesResponse['quotes']> => {
  await caughtUp(server, ledger);
  return (await get<QuotesResponse>(`${server.api}/quotes?${query}`)).body.quotes;
};

const detail = async (listingId: Hex): Promise<ChargerDetail> => {
  await caughtUp(server, ledger);
  return (await get<ChargerDetail>(`${server.api}/chargers/${listingId}`)).body;
};

const isOnMap = (query: string, count: number) =>
  waitFor('the chargers to be on the map', async () => (await quotes(query)).length === count);

/** More than five no-show fees of five slots. */
const ENOUGH = { cap: 8_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 0n };

const ZURICH = 'latitude=47.37&longitude=8.54&energyWh=10000';

test('a quote names cost and slots, can be booked as it is, and then gives way to the next one', async () => {
  const { market } = ledger;
  const near = await listCharger(market, at(47.37, 8.54));
  const tariff = { ...TARIFF, pricePerKwh: 200_000n };
  const cheap = await listCharger(market, at(47.45, 8.6), { tariff });
  await listCharger(market, at(46.95, 7.44));
  await isOnMap(ZURICH, 2);
  const [first, second] = await quotes(ZURICH);
  // 10 kWh at 11 kW take 3,273 s: 2.0 or 2.5 for energy, 0.090916 for time, 0.05 once.
  expect([first!.charger.listingId, first!.cost]).toEqual([cheap.listingId, '2140916']);
  expect([second!.charger.listingId, second!.cost]).toEqual([near.listingId, '2640916']);
  expect((await quotes(`${ZURICH}&sort=distance`)).map((q) => q.charger.listingId)).toEqual([
    ...[near.listingId, cheap.listingId],
  ]);
  expect(first!.charger.freshness).toBe('OFFLINE');
  expect(first!.finishesAt - first!.startsAt).toBe(3_273);
  expect(first!.distanceM).toBeGreaterThan(9_000);
  const { firstSlot, slotCount } = first!;
  const made = await bookCharger(market, cheap, { firstSlot, slotCount, money: ENOUGH });
  const [later] = await quotes(ZURICH);
  expect(later).toMatchObject({ charger: { listingId: cheap.listingId }, cost: '2140916' });
  expect(later!.firstSlot).toBe(firstSlot + slotCount);
  // By the time of the first quote, only the other charger has room.
  const inTime = await quotes(`${ZURICH}&by=${later!.startsAt + 3_272}`);
  expect(inTime.map((quote) => quote.charger.listingId)).toEqual([near.listingId]);
  await cancelByDriver(market, made);
  const [again] = await quotes(ZURICH);
  expect(again!.firstSlot).toBeLessThanOrEqual(firstSlot + 1);
});

test('what a session costs is what its quote said, and the record tells how bookings ended', async () => {
  const { market } = ledger;
  const charger = await listCharger(market, at(59.91, 10.75));
  const oslo = 'latitude=59.91&longitude=10.75&energyWh=4321';
  await isOnMap(oslo, 1);
  const [quote] = await quotes(oslo);
  const made = await bookCharger(market, charger);
  const beganAt = made.booking.firstSlot * 900 + 60;
  const endedAt = beganAt + quote!.finishesAt - quote!.startsAt;
  await settle(market, made, readingOf(made, { energyWh: 4_321, beganAt, endedAt }));
  const { booking } = made;
  const later = (slots: number) =>
    bookCharger(market, charger, { firstSlot: booking.firstSlot + booking.slotCount + slots });
  await cancelByDriver(market, await later(20));
  for (const slots of [40, 60]) await cancelByHost(await later(slots));
  const { record, contestedNoShows } = await detail(charger.listingId);
  expect(record).toEqual({
    ...{ completedSessions: 1, energyWh: 4_321, canceledByHost: 2, canceledByDriver: 1 },
    ...{ noShows: 0, contestedNoShows: 0, expired: 0 },
  });
  expect(contestedNoShows).toBe(0);
  const { body } = await get<{ paid: string }>(`${server.api}/bookings/${made.bookingId}`);
  expect(body.paid).toBe(quote!.cost);
});

const NO_AGREEMENT = { r: zeroHash, vs: zeroHash };

const cancelByHost = ({ booking, state }: DriverBooking) =>
  write(ledger.market, localAccount('host'), 'cancelByHost', [
    ...[toBookingStruct(booking), state, zeroHash, '0x', NO_AGREEMENT],
  ]);

/** The error with which the ledger refuses these slots at the server's time; undefined where they can be booked. */
async function refusal(charger: Charger, firstSlot: number, slotCount: number): Promise<string | undefined> {
  const { market } = ledger;
  const { listing, listingId } = charger;
  const made = await makeBooking(market, listingId, listing, driver.address, { firstSlot, slotCount });
  const call = {
    ...{ address: market.market, abi: plugpactMarketAbi, functionName: 'bookAsDriver', account: driver },
    args: [toBookingStruct(made.booking), listing.weeklyHours, placeHash(listing.place)],
    blockOverrides: { time: BigInt(NOW_SEC) },
  };
  const error = await clientOf(market.rpcUrl, driver)
    .simulateContract(call as never)
    .then(
      () => undefined,
      (e: BaseError) => e,
    );
  if (error === undefined) return undefined;
  const reverted = error.walk((e) => e instanceof ContractFunctionRevertedError);
  return (reverted as ContractFunctionRevertedError).data?.errorName;
}

test('what is called free the ledger lets be booked, and refuses the slots beside it', async () => {
  const bookingTerms = {
    ...someTerms.bookingTerms,
    ...{ minSlots: 2n, maxSlots: 12n, leadTimeMin: 90n, horizonSlots: 300n },
  };
  let mask = 0n;
  for (let hour = 0n; hour < 168n; hour += 1n) if (hour % 7n < 4n) mask |= 1n << hour;
  // The clock changes within the horizon, from -03:30 to +05:45.
  const hours = { mask, utcOffset: -14, offsetChangesAt: NOW_SEC + 90_000, utcOffsetAfter: 23 };
  const weeklyHours = packHours(hours);
  const charger = await listCharger(ledger.market, { ...at(40.4, -3.7), weeklyHours }, { bookingTerms });
  const { freeSlots: before } = await detail(charger.listingId);
  const [longest] = before.toSorted(([, a], [, b]) => b - a);
  const taken = longest![0] + 3;
  await bookCharger(ledger.market, charger, { firstSlot: taken, slotCount: 2 });
  const { freeSlots } = await detail(charger.listingId);
  expect(freeSlots).not.toEqual(before);
  const refusals = new Set<string | undefined>();
  for (const [first, count] of freeSlots) {
    expect(await refusal(charger, first, 2)).toBeUndefined();
    expect(await refusal(charger, first + count - 2, 2)).toBeUndefined();
    refusals.add(await refusal(charger, first - 1, 2));
    refusals.add(await refusal(charger, first + count - 1, 2));
  }
  expect(refusals.has(undefined)).toBe(false);
  expect([...refusals]).toEqual(expect.arrayContaining(['Booking_SlotTaken', 'Booking_OutsideHours']));
});

test.each([
  '',
  'latitude=47&longitude=8',
  'latitude=91&longitude=8&energyWh=1',
  'latitude=47&longitude=181&energyWh=1',
  'latitude=47&longitude=8&energyWh=0',
  'latitude=47&longitude=8&energyWh=1.5',
  'latitude=47&longitude=8&energyWh=1000001',
  'latitude=47&longitude=8&energyWh=1&radiusKm=101',
  'latitude=47&longitude=8&energyWh=1&radiusKm=0',
  'latitude=47&longitude=8&energyWh=1&sort=price',
  'latitude=47&longitude=8&energyWh=1&connector=IEC_62196_T2,XLR',
  'latitude=47&longitude=8&energyWh=1&limit=101',
  'latitude=47&longitude=8&energyWh=1&by=tomorrow',
  'latitude=47&longitude=8&energyWh=1&colour=red',
])('the query "%s" is refused with the field’s path', async (query) => {
  const { status, body } = await get<{ code: string; errors: { path: string }[] }>(
    `${server.api}/quotes?${query}`,
  );
  expect([status, body.code]).toEqual([400, 'input.invalid']);
  expect(body.errors[0]!.path).toMatch(/^query/);
});
