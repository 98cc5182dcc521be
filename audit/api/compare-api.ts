import type { BookingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import { holdsWithin, inChunks } from '../lib/concurrency.ts';
import {
  type Discrepancy,
  joined,
  type Subject,
  type Unverifiable,
  type Verdict,
  verdict,
} from '../lib/discrepancy.ts';
import { AuditError } from '../lib/errors.ts';
import { factsOf } from './charger-facts.ts';
import { compareAreas } from './compare-areas.ts';
import { compareChargers } from './compare-chargers.ts';
import { type ComparedConfig, compareConfig, compareEvents, compareHead, timeOf } from './compare-config.ts';
import { compareOcpi } from './compare-ocpi.ts';
import { type ComparedQuotes, compareQuotes } from './compare-quotes.ts';
import { compareRatings } from './compare-ratings.ts';
import { compareStatistics } from './compare-statistics.ts';
import { compareTiles } from './compare-tiles.ts';
import { type Difference, differences, missing } from './differences.ts';
import { drawing, type Sample } from './drawing.ts';
import { expectedBooking } from './expected-booking.ts';
import { type Changes, changedAfter, changedSince, joinedChanges } from './since.ts';
import { type ApiSource, anyObject, get } from './source.ts';

/** An index follows its ledger within seconds: one that is further behind shows an old state of everything. */
const BEHIND_MAX_SEC = 60;

/** Lists of the map follow the index a moment later. */
const MAP_FOLLOWS_MS = 5_000;

/**
 * Compares what is public of the API with the audited ledger: bookings, chargers, lists, searches, quotes, tiles, statistics,
 * OCPI, constants; docs/audit.md says what of them. What changed since the audited block is left out, as the API may
 * know it already; so is what its index has not reached yet.
 *
 * @throws AuditError `audit.api`, `audit.otherMarket`, `api.behind`: the comparison could not run.
 */
export async function compareWithApi(report: AuditReport, source: ApiSource): Promise<Verdict> {
  const config = await compareConfig(source, report);
  const events = await compareEvents(source);
  const { indexedTo, discrepancies: head } = await compareHead(source);
  const lag = await lagOf(source, report, indexedTo);
  const notReached = changedAfter(report, indexedTo);
  const bookings = await compareBookings(source, report);
  const seed = source.seed ?? Math.floor(Math.random() * 2 ** 32);
  let found = verdict();
  await holdsWithin(source.mapFollowsMs ?? MAP_FOLLOWS_MS, async () => {
    const map = await compareMap(source, report, { ...config, draw: drawing(seed) });
    const changes = joinedChanges([await changedSince(source, report), notReached]);
    found = withoutChanged([...bookings, ...map.differences], map.unverifiable, changes);
    return found.discrepancies.every(({ bookingId }) => bookingId !== undefined);
  });
  return joined([
    verdict({ discrepancies: [...config.discrepancies, ...events, ...head], unverifiable: lag }),
    found,
  ]);
}

/** What follows from listings and bookings; which searches, tiles and objects are asked for follows from the seed. */
async function compareMap(
  source: ApiSource,
  report: AuditReport,
  sample: Sample & ComparedConfig,
): Promise<ComparedQuotes> {
  const facts = factsOf(report);
  const chargers = await compareChargers(source, report, facts);
  source.progress?.('comparing searches, quotes, tiles and lists');
  const quotes = await compareQuotes(source, report, sample);
  const others = [
    await compareAreas(source, report, facts, sample),
    await compareTiles(source, report, sample, sample.hasForeign),
    await compareOcpi(source, report, facts, sample),
    await compareStatistics(source, report),
    await compareRatings(source, report, facts),
  ];
  return { ...quotes, differences: [...chargers, ...quotes.differences, ...others.flat()] };
}

/** Leaves out what changed meanwhile. A sum that differs while what it sums up changes is not verified. */
function withoutChanged(
  differences: readonly Difference[],
  unverifiable: readonly Unverifiable[],
  { ids, sums }: Changes,
): Verdict {
  const isUnchanged = ({ bookingId, listingId }: Subject) =>
    !ids.has(bookingId ?? '') && !ids.has(listingId ?? '');
  const kept = differences.filter(isUnchanged);
  const isMoving = ({ sumOf }: Difference) => sumOf !== undefined && sums.has(sumOf);
  const moving = kept.filter(isMoving).map(({ expected, found }) => ({
    code: 'api.moving',
    need: 'a ledger that does not change while it is compared',
    detail: `${expected}: found ${found}, while the ledger changed`,
  }));
  return verdict({
    discrepancies: kept.filter((one) => !isMoving(one)).map(({ sumOf: _, ...discrepancy }) => discrepancy),
    unverifiable: [...unverifiable.filter(isUnchanged), ...moving],
  });
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
