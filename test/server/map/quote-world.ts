import type { Insertable } from 'kysely';
import { type Hex, toHex, zeroAddress, zeroHash } from 'viem';
import type { Freshness } from '../../../protocol/api.ts';
import { ALWAYS, packHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { type ConnectorStandard, LISTING_STATUS } from '../../../protocol/listing.ts';
import { type Terms, toTermsStruct } from '../../../protocol/terms.ts';
import { wordHex } from '../../../server/chain/events.ts';
import type { Db, Tables } from '../../../server/db.ts';
import { changeCells } from '../../../server/map/cells.ts';
import { mortonKey } from '../../../server/map/morton.ts';

/** A booking of a charger, as a test thinks of it. */
export interface WorldBooking {
  firstSlot: number;
  slotCount: number;
  isCanceled: boolean;
  freedFromSlot: number | null;
}

/** A charger, as a test thinks of it. */
export interface WorldCharger {
  listingId: Hex;
  latitudeE6: number;
  longitudeE6: number;
  connectorStandard: ConnectorStandard;
  freshness: Freshness;
  isOpen: boolean;
  isOfOtherHost: boolean;
  hours: WeeklyHours;
  terms: Terms;
  bookings: WorldBooking[];
}

/** Whole numbers from 0 up to, and without, `below`: the same for the same seed (mulberry32). */
export function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((((t ^ (t >>> 14)) >>> 0) * below) / 2 ** 32) | 0;
  };
}

const HOST = '0x00000000000000000000000000000000000000aa';
const AGENT = '0x00000000000000000000000000000000000000bb';
const CONNECTORS = ['IEC_62196_T2', 'DOMESTIC_F', 'CHADEMO'] as const;
const FRESHNESS = ['LIVE', 'LIVE', 'STALE', 'OFFLINE'] as const;
const POWERS_W = [2_300, 3_700, 7_400, 11_000, 22_000];
const OFFICE_HOURS = Array.from({ length: 5 }, (_, day) => 0x1f_ff00n << BigInt(day * 24));

type Draw = ReturnType<typeof drawing>;

/** Prices and terms from few values, so that many offers are equal. */
function drawTerms(draw: Draw): Terms {
  const minSlots = 1 + draw(6);
  return {
    host: HOST,
    agentKey: AGENT,
    tariff: {
      pricePerKwh: BigInt(draw(4) * 100_000),
      pricePerHour: BigInt(draw(3) * 77_777),
      overstayPerHour: 2_000_000n,
      flatFee: BigInt(draw(2) * 50_001),
      overstayReserve: 500_000n,
      discountBp: 0n,
    },
    bookingTerms: {
      ...{ cancelUntilMin: 60n, earlyStartMin: 15n, noshowTimeoutMin: 30n, lateStopMin: 15n },
      minSlots: BigInt(minSlots),
      maxSlots: BigInt(minSlots + draw(24)),
      leadTimeMin: BigInt([0, 0, 20, 60, 700][draw(5)]!),
      horizonSlots: BigInt(40 + draw(260)),
      ...{ noshowFee: 0n, minCapPerSlot: 0n },
    },
    metering: {
      ...{ unsignedCost: 0n, allowedCost: 0n, meterAlgorithm: 'none', idTagPrefix: '' },
      maxPowerW: BigInt(POWERS_W[draw(POWERS_W.length)]!),
    },
    meterKeyHash: zeroHash,
  };
}

const drawHours = (draw: Draw): WeeklyHours =>
  draw(2) === 0
    ? ALWAYS
    : {
        mask: OFFICE_HOURS.reduce((mask, day) => (draw(5) === 0 ? mask : mask | day), 0n),
        utcOffset: draw(97) - 48,
        offsetChangesAt: 0,
        utcOffsetAfter: 0,
      };

function drawBookings(draw: Draw, nowSlot: number): WorldBooking[] {
  const bookings: WorldBooking[] = [];
  let slot = nowSlot - 6;
  for (let left = draw(9); left > 0; left -= 1) {
    const firstSlot = slot + draw(20);
    const slotCount = 1 + draw(24);
    const freedFromSlot = draw(6) === 0 ? firstSlot + draw(slotCount) : null;
    bookings.push({ firstSlot, slotCount, isCanceled: draw(5) === 0, freedFromSlot });
    slot = firstSlot + slotCount;
  }
  return bookings;
}

/** Chargers within about 60 km of a point, many of them at points that they share. */
export function drawChargers(
  draw: Draw,
  count: number,
  centre: { latitude: number; longitude: number },
  nowSlot: number,
  firstId: number,
): WorldCharger[] {
  const variants = Array.from({ length: 12 }, () => drawTerms(draw));
  return Array.from({ length: count }, (_, i) => {
    const longitude = centre.longitude + (draw(40) - 20) * 0.03;
    return {
      listingId: toHex(firstId + i, { size: 32 }),
      latitudeE6: Math.round((centre.latitude + (draw(40) - 20) * 0.025) * 1e6),
      longitudeE6: Math.round((longitude > 180 ? longitude - 360 : longitude) * 1e6),
      connectorStandard: CONNECTORS[draw(CONNECTORS.length)]!,
      freshness: FRESHNESS[draw(FRESHNESS.length)]!,
      isOpen: draw(20) > 0,
      isOfOtherHost: draw(20) === 0,
      hours: drawHours(draw),
      terms: variants[draw(variants.length)]!,
      bookings: drawBookings(draw, nowSlot),
    };
  });
}

/** Writes the rows that the index and the map would have of these chargers. */
export async function putChargers(db: Db, chargers: readonly WorldCharger[]): Promise<void> {
  await db.insertInto('terms').values(chargers.map(termsRow)).execute();
  await db.insertInto('listings').values(chargers.map(listingRow)).execute();
  await db.insertInto('connectors').values(chargers.map(connectorRow)).execute();
  const onMap = chargers.filter(({ isOpen }) => isOpen).map(mapRow);
  await db.insertInto('mapChargers').values(onMap).execute();
  await db.transaction().execute((tx) =>
    changeCells(
      tx,
      onMap.map((after) => ({ before: undefined, after })),
    ),
  );
  const bookings = chargers.flatMap((c) => c.bookings.map((booking, i) => bookingRow(c, booking, i)));
  for (let i = 0; i < bookings.length; i += 200) {
    await db
      .insertInto('bookings')
      .values(bookings.slice(i, i + 200))
      .execute();
  }
}

function termsRow({ listingId, terms }: WorldCharger): Insertable<Tables['terms']> {
  const { tariff, bookingTerms, metering, ...rest } = toTermsStruct(terms);
  return {
    ...rest,
    termsHash: listingId,
    fromBlock: 1,
    tariff: wordHex(tariff),
    bookingTerms: wordHex(bookingTerms),
    metering: wordHex(metering),
  };
}

const listingRow = (charger: WorldCharger): Insertable<Tables['listings']> => ({
  listingId: charger.listingId,
  ...{ fromBlock: 1, untilBlock: null, termsHash: charger.listingId },
  weeklyHours: wordHex(packHours(charger.hours)),
  ...{ connector: '0x000000000001', location: zeroHash, placeCommitment: zeroHash, meterKey: '0x' },
  ...{ version: 1, status: charger.isOpen ? LISTING_STATUS.OPEN : LISTING_STATUS.CLOSED },
  latitudeE6: charger.latitudeE6,
  longitudeE6: charger.longitudeE6,
  updatedAt: 1,
});

const connectorRow = ({ listingId, isOfOtherHost }: WorldCharger): Insertable<Tables['connectors']> => ({
  ...{ listingId, agentKey: AGENT, status: 'AVAILABLE', health: null, sentAt: 1, receivedAt: 1 },
  host: isOfOtherHost ? zeroAddress : HOST,
});

const mapRow = (charger: WorldCharger): Insertable<Tables['mapChargers']> => ({
  m: mortonKey(charger.latitudeE6, charger.longitudeE6),
  listingId: charger.listingId,
  ...{
    changeNumber: 1,
    status: 'AVAILABLE',
    h3Cell: '',
    powerType: 'AC_3_PHASE',
    assuranceLevel: 'agent-signed',
  },
  freshness: charger.freshness,
  latitudeE6: charger.latitudeE6,
  longitudeE6: charger.longitudeE6,
  connectorStandard: charger.connectorStandard,
  maxPowerW: Number(charger.terms.metering.maxPowerW),
  pricePerKwh: Number(charger.terms.tariff.pricePerKwh),
  pricePerHour: Number(charger.terms.tariff.pricePerHour),
  flatFee: Number(charger.terms.tariff.flatFee),
  summary: '',
  weeklyHours: wordHex(packHours(charger.hours)),
  bookingTerms: wordHex(toTermsStruct(charger.terms).bookingTerms),
  isBookable: charger.isOfOtherHost ? 0 : 1,
});

function bookingRow(
  { listingId }: WorldCharger,
  { firstSlot, slotCount, isCanceled, freedFromSlot }: WorldBooking,
  index: number,
): BookingRow {
  return {
    ...someBooking(listingId, toHex(BigInt(listingId) * 1_000n + BigInt(index), { size: 32 })),
    ...{ firstSlot, slotCount, freedFromSlot, opensAt: firstSlot * 900 },
    endsAt: (firstSlot + slotCount) * 900,
    reservationStatus: isCanceled ? 'CANCELED' : 'RESERVED',
    canceledBy: isCanceled ? 'DRIVER' : null,
  };
}

export type BookingRow = Insertable<Tables['bookings']>;

/** The current row of a booking that is reserved. */
export const someBooking = (listingId: Hex, bookingId: Hex): BookingRow => ({
  ...{ bookingId, fromBlock: 1, untilBlock: null, listingId, termsHash: listingId, driver: zeroAddress },
  ...{ purse: 0, generation: '0', sessionKey: zeroAddress, firstSlot: 1, slotCount: 1, freedFromSlot: null },
  ...{ opensAt: 900, endsAt: 1_800, cap: '1', unsignedCost: '0', allowedCost: '0', relayFee: '0' },
  ...{ startHash: zeroHash, reservationStatus: 'RESERVED', canceledBy: null, settlementStatus: 'NONE' },
  ...{ stateHead: zeroHash, stateClaim: zeroHash, contested: 0, paid: null, refunded: null },
  ...{ energyWh: null, readingMeasure: null, readingEvidenceHash: null, readingRegistersCommitment: null },
  ...{ bookedAt: 1, bookedTx: zeroHash, endedAt: null, endedTx: null },
});
