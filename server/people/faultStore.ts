import type { Address, Hex } from 'viem';
import type { FaultJson, HostFaultJson } from '../../protocol/api/faultReports.ts';
import { type PageQuery, pageOf, TIME_AND_ID } from '../../protocol/api/pages.ts';
import type { FaultKind } from '../../protocol/faultKinds.ts';
import type { Db } from '../db.ts';

/** A charger shows so many. */
const MOST_SHOWN = 50;
/** How long a report is shown. */
const SHOWN_SEC = 90 * 86_400;

export interface FaultReport {
  faultId: Hex;
  listingId: Hex;
  bookingId: Hex;
  reporter: Address;
  kind: FaultKind;
  comment: string;
  reportedAt: number;
}

/** Returns false where the booking has an open report of this kind. */
export function putFault(db: Db, report: FaultReport): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const open = await tx
      .selectFrom('faultReports')
      .select('faultId')
      .where('bookingId', '=', report.bookingId)
      .where('kind', '=', report.kind)
      .where('resolvedAt', 'is', null)
      .executeTakeFirst();
    if (open !== undefined) return false;
    await tx
      .insertInto('faultReports')
      .values({ ...report, resolvedAt: null })
      .execute();
    return true;
  });
}

export const readFault = (db: Db, faultId: Hex) =>
  db.selectFrom('faultReports').selectAll().where('faultId', '=', faultId).executeTakeFirst();

export async function deleteFault(db: Db, faultId: Hex): Promise<void> {
  await db.deleteFrom('faultReports').where('faultId', '=', faultId).execute();
}

/** The first resolution counts. */
export async function resolveFault(db: Db, faultId: Hex, resolvedAt: number): Promise<void> {
  await db
    .updateTable('faultReports')
    .set({ resolvedAt })
    .where('faultId', '=', faultId)
    .where('resolvedAt', 'is', null)
    .execute();
}

/** What everybody sees of a listing's faults, newest first. */
export const faultsOfListing = (db: Db, listingId: Hex, now: number): Promise<FaultJson[]> =>
  db
    .selectFrom('faultReports')
    .select(['faultId', 'listingId', 'kind', 'reportedAt', 'resolvedAt'])
    .where('listingId', '=', listingId)
    .where('reportedAt', '>', now - SHOWN_SEC)
    .orderBy('reportedAt', 'desc')
    .limit(MOST_SHOWN)
    .execute();

/** A page of the faults of a host's chargers, newest first. */
export async function faultsOfHost(
  db: Db,
  host: Address,
  { limit, cursor }: PageQuery<readonly [number, Hex]>,
): Promise<{ faults: HostFaultJson[]; cursor: string | null }> {
  const all = db
    .selectFrom('terms')
    .innerJoin('listings', 'listings.termsHash', 'terms.termsHash')
    .innerJoin('faultReports', 'faultReports.listingId', 'listings.listingId')
    .select(['faultId', 'faultReports.listingId', 'bookingId', 'kind', 'comment', 'reportedAt', 'resolvedAt'])
    .where('terms.host', '=', host)
    .where('listings.untilBlock', 'is', null);
  const later =
    cursor === undefined
      ? all
      : all.where((eb) => eb(eb.refTuple('reportedAt', 'faultId'), '<', eb.tuple(...cursor)));
  const found = await later
    .orderBy('reportedAt', 'desc')
    .orderBy('faultId', 'desc')
    .limit(limit + 1)
    .execute();
  const { rows, cursor: next } = pageOf(found, limit, (row) => TIME_AND_ID.text(row.reportedAt, row.faultId));
  return { faults: rows, cursor: next };
}
