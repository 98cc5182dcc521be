import type { Hex } from 'viem';
import type { OcpiCdr, OcpiLocation, OcpiTariff } from '../../../protocol/api/ocpi-objects.ts';
import { type BookingWithTerms, readBooking } from '../../booking/store.ts';
import { readReading } from '../../charging/store.ts';
import { agentPublicKey, type ChargerRow, chargers } from '../../listing/store.ts';
import type { Services } from '../../services.ts';
import { areaOf } from './area.ts';
import type { Key } from './pages.ts';
import type { Sender } from './party.ts';
import { paidReading, toCdr } from './toCdr.ts';
import { toLocation } from './toLocation.ts';
import { toTariff } from './toTariff.ts';

type Objects = Pick<Services, 'db' | 'marketRef'>;

/** Each of the keys whose object is still there. */
const inOrder = <Row, Made>(
  keys: readonly Key[],
  rows: ReadonlyMap<Hex, Row>,
  make: (row: Row, key: Key) => Promise<Made> | Made,
): Promise<Made[]> =>
  Promise.all(
    keys.flatMap((key) => {
      const row = rows.get(key.id);
      return row === undefined ? [] : [make(row, key)];
    }),
  );

async function chargersOf({ db }: Objects, listingIds: Hex[]): Promise<Map<Hex, ChargerRow>> {
  if (listingIds.length === 0) return new Map();
  const rows = await chargers(db).where('listings.listingId', 'in', listingIds).execute();
  return new Map(rows.map((row) => [row.listingId, row]));
}

/** Locations as they are now, in the order of the keys. */
export async function locationsOf(objects: Objects, sender: Sender, keys: Key[]): Promise<OcpiLocation[]> {
  const ids = keys.map(({ id }) => id);
  const rows = await chargersOf(objects, ids);
  const shown = await objects.db
    .selectFrom('mapChargers')
    .select(['listingId', 'status'])
    .where('listingId', 'in', ids.length > 0 ? ids : ['0x'])
    .execute();
  const statuses = new Map(shown.map(({ listingId, status }) => [listingId, status]));
  return inOrder(keys, rows, async (row, { at }) =>
    toLocation(sender, {
      row,
      area: await areaOfCharger(sender, row),
      status: statuses.get(row.listingId) ?? 'REMOVED',
      updatedAt: at,
    }),
  );
}

/** A location, by the key that its list has for it. */
export async function locationOf(
  objects: Objects,
  sender: Sender,
  listingId: Hex,
): Promise<OcpiLocation | undefined> {
  const shown = await objects.db
    .selectFrom('mapChargers')
    .select('changedAt')
    .where('listingId', '=', listingId)
    .executeTakeFirst();
  const row = (await chargersOf(objects, [listingId])).get(listingId);
  if (row === undefined) return undefined;
  const [location] = await locationsOf(objects, sender, [
    { id: listingId, at: shown?.changedAt ?? row.updatedAt },
  ]);
  return location;
}

export async function tariffsOf(objects: Objects, sender: Sender, keys: Key[]): Promise<OcpiTariff[]> {
  const rows = await chargersOf(
    objects,
    keys.map(({ id }) => id),
  );
  return inOrder(keys, rows, (row, { at }) => toTariff(sender, row, at));
}

export async function cdrsOf(objects: Objects, sender: Sender, keys: Key[]): Promise<OcpiCdr[]> {
  const bookings = await Promise.all(keys.map(({ id }) => readBooking(objects.db, id)));
  const rows = new Map(bookings.flatMap((row) => (row === undefined ? [] : [[row.bookingId, row]])));
  const listings = await chargersOf(objects, [...new Set([...rows.values()].map((row) => row.listingId))]);
  return inOrder(
    keys.filter(({ id }) => listings.has(rows.get(id)?.listingId ?? '0x')),
    rows,
    async (booking) => {
      const charger = listings.get(booking.listingId)!;
      return toCdr(sender, {
        ...{ booking, charger, area: await areaOfCharger(sender, charger) },
        signed: await signedReading(objects, booking),
        agentPublicKey: await agentPublicKey(objects.db, booking.agentKey),
        marketRef: objects.marketRef(),
      });
    },
  );
}

/** The reading that was paid for, with its signatures, where this server got the same one. */
async function signedReading({ db }: Objects, booking: BookingWithTerms) {
  const paid = paidReading(booking);
  const stored = paid && (await readReading(db, booking.bookingId, paid.seq));
  const isSame =
    stored !== undefined &&
    stored.reading.evidenceHash === paid?.evidenceHash &&
    stored.reading.energyWh === paid.energyWh;
  return isSame ? stored : undefined;
}

const areaOfCharger = ({ basemap }: Sender, { latitudeE6, longitudeE6 }: ChargerRow) =>
  areaOf(basemap, { latitudeE6: latitudeE6 ?? 0, longitudeE6: longitudeE6 ?? 0 });
