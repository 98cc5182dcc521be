import type { BookingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import { holdsWithin, inChunks } from '../lib/concurrency.ts';
import { type Discrepancy, type Unverifiable, type Verdict, verdict } from '../lib/discrepancy.ts';
import { AuditError } from '../lib/errors.ts';
import { compareChargers } from './compare-chargers.ts';
import { compareConfig, compareHead, timeOf } from './compare-config.ts';
import { differences, missing } from './differences.ts';
import { expectedBooking } from './expected-booking.ts';
import { changedAfter, changedSince } from './since.ts';
import { type ApiSource, anyObject, get } from './source.ts';

/** An index follows its ledger within seconds: one that is further behind shows an old state of everything. */
const BEHIND_MAX_SEC = 60;

/** Lists of the map follow the index a moment later. */
const MAP_FOLLOWS_MS = 5_000;

/**
 * Compares all that is public of the API with the audited ledger: bookings, chargers, lists, constants. What changed since
 * the audited block is left out, as the API may know it already; so is what its index has not reached yet.
 *
 * @throws AuditError `audit.api`, `audit.otherMarket`, `api.behind`: the comparison could not run.
 */
export async function compareWithApi(report: AuditReport, source: ApiSource): Promise<Verdict> {
  const config = await compareConfig(source, report);
  const { indexedTo, discrepancies: head } = await compareHead(source);
  const unverifiable = await lagOf(source, report, indexedTo);
  const notReached = changedAfter(report, indexedTo);
  const bookings = await compareBookings(source, report);
  let chargers: Discrepancy[] = [];
  let found: Discrepancy[] = [];
  await holdsWithin(source.mapFollowsMs ?? MAP_FOLLOWS_MS, async () => {
    chargers = await compareChargers(source, report);
    const changed = new Set([...(await changedSince(source, report)), ...notReached]);
    found = [...bookings, ...chargers].filter(
      ({ bookingId, listingId }) => !changed.has(bookingId ?? '') && !changed.has(listingId ?? ''),
    );
    return !found.some(({ listingId }) => listingId !== undefined);
  });
  return verdict({ discrepancies: [...config, ...head, ...found], unverifiable });
}

/** Says at once how far the index is behind: nothing is waited for. */
async function lagOf(
  source: ApiSource,
  { pin, events }: AuditReport,
  indexedTo: number,
): Promise<Unverifiable[]> {
  const audited = Number(pin.blockNumber);
  if (indexedTo >= audited) return [];
  const text = `the API’s index is at block ${indexedTo}, the ledger was audited up to block ${audited}`;
  const at = await timeOf(source, BigInt(Math.max(0, indexedTo)));
  if (at === undefined || pin.at - at > BEHIND_MAX_SEC) throw behind(text);
  const count = events().filter(({ blockNumber }) => blockNumber > indexedTo).length;
  if (count === 0) return [];
  const detail = `${text}: what ${count} events between changed is not compared`;
  return [{ code: 'api.behind', need: `an API that has indexed block ${audited}`, detail }];
}

const behind = (value: string): AuditError =>
  new AuditError({
    code: 'api.behind',
    value,
    rule: 'An API that is to be compared has indexed the audited block, or one at most a minute before it.',
    remedy: 'Wait until its index has caught up, or audit the ledger as it was there, by --to.',
    retry: 'later',
  });

async function compareBookings(source: ApiSource, report: AuditReport): Promise<Discrepancy[]> {
  let done = 0;
  const found = await inChunks(report.bookings, async (account) => {
    const differing = await compareBooking(source, account);
    done += 1;
    source.progress?.('comparing bookings', done, report.bookings.length);
    return differing;
  });
  return found.flat();
}

async function compareBooking(source: ApiSource, account: BookingAccount): Promise<Discrepancy[]> {
  const { bookingId } = account;
  const { body } = await get(source, `/bookings/${bookingId}`, anyObject.optional());
  if (body === undefined) return [missing({ bookingId }, `booking ${bookingId}`, 'no such booking')];
  return differences({ bookingId }, expectedBooking(account), body);
}
