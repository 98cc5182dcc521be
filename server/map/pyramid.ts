import type { Hex } from 'viem';
import type { Db, Tx } from '../db.ts';
import { type Change, changeCells } from './cells.ts';
import { isShownAlike, type MapCharger, type Shown, shownOf } from './shown.ts';
import { toSummary } from './toCharger.ts';
import { writeRows } from './write-rows.ts';

/** Listings per transaction: few, since other writers wait for it. */
const BATCH = 250;

export interface Batch {
  /** How many listings were looked at; 0 when none is left. */
  looked: number;
  /** Number of the newest change; undefined when nothing changed. */
  changeNumber: number | undefined;
}

const NOTHING: Batch = { looked: 0, changeNumber: undefined };

/**
 * Brings the map's rows of some marked listings in line with what was committed, and the sums of all zooms with them.
 * Two processes that do this at once take turns, by the lock on the row of `mapState`.
 */
export async function keepBatch(db: Db, now: number): Promise<Batch> {
  const marked = await marks(db).limit(1).executeTakeFirst();
  if (marked === undefined) return NOTHING;
  return db.transaction().execute(async (tx) => {
    const { changeNumber } = await lockedState(tx);
    return draw(tx, await takeMarked(tx), changeNumber, now);
  });
}

/**
 * The same with the next listings by id, where the whole map is drawn: each once, whatever happened to it before. How far
 * that is stands in the database, so that a process that is killed in between loses nothing.
 */
export async function redrawBatch(db: Db, now: number, most = BATCH): Promise<Batch> {
  const state = await db.selectFrom('mapState').select('redrawFrom').where('id', '=', 1).executeTakeFirst();
  if (state?.redrawFrom === null) return NOTHING;
  return db.transaction().execute(async (tx) => {
    const { changeNumber, redrawFrom } = await lockedState(tx);
    if (redrawFrom === null) return NOTHING;
    const listingIds = await listingsAfter(tx, redrawFrom, most);
    const next = listingIds.at(-1) ?? null;
    await tx.updateTable('mapState').set({ redrawFrom: next }).where('id', '=', 1).execute();
    return draw(tx, listingIds, changeNumber, now);
  });
}

async function draw(tx: Tx, listingIds: readonly Hex[], last: number, now: number): Promise<Batch> {
  if (listingIds.length === 0) return NOTHING;
  const changes = await changesOf(tx, listingIds, now);
  if (changes.length === 0) return { looked: listingIds.length, changeNumber: undefined };
  const changeNumber = await writeChanges(tx, changes, last, now);
  await tx.updateTable('mapState').set({ changeNumber }).where('id', '=', 1).execute();
  return { looked: listingIds.length, changeNumber };
}

const lockedState = (tx: Tx) =>
  tx
    .updateTable('mapState')
    .set((eb) => ({ changeNumber: eb.ref('changeNumber') }))
    .where('id', '=', 1)
    .returning(['changeNumber', 'redrawFrom'])
    .executeTakeFirstOrThrow();

async function listingsAfter(tx: Tx, listingId: string, most: number): Promise<Hex[]> {
  const rows = await tx
    .selectFrom('listings')
    .select('listingId')
    .where('untilBlock', 'is', null)
    .where('listingId', '>', listingId as Hex)
    .orderBy('listingId')
    .limit(most)
    .execute();
  return rows.map((row) => row.listingId);
}

/**
 * Takes marks away before anything is read: what was marked by then is committed and is read, and what is marked later
 * stays marked.
 */
async function takeMarked(tx: Tx): Promise<Hex[]> {
  const rows = await marks(tx).distinct().limit(BATCH).execute();
  const listingIds = rows.map((row) => row.listingId);
  if (listingIds.length > 0) await tx.deleteFrom('mapDirty').where('listingId', 'in', listingIds).execute();
  return listingIds;
}

/** The marked listings by id: from the first one, so that the index is read no further than its answer. */
const marks = (db: Db | Tx) =>
  db.selectFrom('mapDirty').select('listingId').where('listingId', '>', '0x').orderBy('listingId');

type Changed = Change & { before: MapCharger | undefined };

async function changesOf(tx: Tx, listingIds: readonly Hex[], now: number): Promise<Changed[]> {
  const rows = await tx.selectFrom('mapChargers').selectAll().where('listingId', 'in', listingIds).execute();
  const before = new Map(rows.map((row) => [row.listingId, row]));
  const after = await shownOf(tx, listingIds, now);
  return listingIds
    .map((id) => ({ before: before.get(id), after: after.get(id) }))
    .filter(({ before, after }) =>
      before === undefined || after === undefined ? before !== after : !isShownAlike(before, after),
    );
}

/** Writes rows, removals and sums. Returns the number of the newest change. */
async function writeChanges(tx: Tx, changes: Changed[], last: number, now: number): Promise<number> {
  const left = changes.flatMap(({ before, after }) =>
    before !== undefined && before.m !== after?.m ? [before] : [],
  );
  const shown = changes.flatMap(({ after }) => after ?? []);
  const gone = left.map((charger, i) => [...removalOf(charger), last + 1 + i, now]);
  const rows = shown.map((charger, i) => [...valuesOf(charger), last + left.length + 1 + i, now]);
  await writeRows(
    tx,
    left.map(({ listingId }) => [listingId]),
    DELETE,
  );
  await writeRows(tx, gone, PUT_REMOVED);
  await writeRows(tx, rows, PUT);
  await changeCells(tx, changes);
  return last + left.length + shown.length;
}

const COLUMNS = {
  listing_id: (c) => c.listingId,
  m: (c) => c.m,
  status: (c) => c.status,
  freshness: (c) => c.freshness,
  h3_cell: (c) => c.h3Cell,
  latitude_e6: (c) => c.latitudeE6,
  longitude_e6: (c) => c.longitudeE6,
  connector_standard: (c) => c.connectorStandard,
  power_type: (c) => c.powerType,
  max_power_w: (c) => c.maxPowerW,
  price_per_kwh: (c) => c.pricePerKwh,
  price_per_hour: (c) => c.pricePerHour,
  flat_fee: (c) => c.flatFee,
  assurance_level: (c) => c.assuranceLevel,
  summary: (c) => JSON.stringify(toSummary(c)),
  weekly_hours: (c) => c.weeklyHours,
  booking_terms: (c) => c.bookingTerms,
  is_bookable: (c) => c.isBookable,
} satisfies Record<string, (charger: Shown) => string | number>;

const valuesOf = (charger: Shown) => Object.values(COLUMNS).map((value) => value(charger));

const NAMES = [...Object.keys(COLUMNS), 'change_number', 'changed_at'];

const PUT = (values: string) => `insert into map_chargers (${NAMES.join(', ')}) values ${values}
  on conflict (m, listing_id) do update set ${NAMES.slice(2)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`;

const DELETE = (ids: string) => `delete from map_chargers where listing_id in (${ids})`;

const removalOf = ({ listingId, m, latitudeE6, longitudeE6 }: Shown) => [
  listingId,
  m,
  latitudeE6,
  longitudeE6,
];

const PUT_REMOVED = (values: string) => `
  insert into map_removed (listing_id, m, latitude_e6, longitude_e6, change_number, removed_at) values ${values}
  on conflict (listing_id, m) do update
  set change_number = excluded.change_number, removed_at = excluded.removed_at`;
