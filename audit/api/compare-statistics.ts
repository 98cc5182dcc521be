import { z } from 'zod';
import type { AuditReport } from '../audit-report.ts';
import { type Difference, differences, extra, mismatch, missing } from './differences.ts';
import { chargersOnMap } from './placed-charger.ts';
import { type AnyObject, type ApiSource, get } from './source.ts';

const statistics = z.looseObject({
  chargers: z.unknown(),
  liveChargers: z.unknown(),
  daily: z.array(z.looseObject({ day: z.string() })),
});

const DAYS = 30;
const DAY_SEC = 86_400;

/** The API keeps the figures of a day for an hour, and others keep its answer for a minute. */
const KEPT_SEC = 3_600 + 2 * 60;

/** Seconds around midnight in which two clocks may be on different days. */
const CLOCKS_SEC = 60;

/** A session that was paid for: when it ended (unix seconds), and its energy. */
interface Ended {
  at: number;
  energyWh: number;
}

/** Chargers of the map, and the sessions and energy of each of the last days. */
export async function compareStatistics(source: ApiSource, report: AuditReport): Promise<Difference[]> {
  const { body, at } = await get(source, '/statistics', statistics);
  const chargers = chargersOnMap(report).length;
  const found: Difference[] = differences({}, { chargers }, body);
  const live = body.liveChargers;
  if (!(Number.isSafeInteger(live) && Number(live) >= 0 && Number(live) <= chargers))
    found.push(mismatch({}, `liveChargers at most ${chargers}`, String(live)));
  const ofChargers = found.map((each) => ({ ...inStatistics(each), sumOf: 'chargers' as const }));
  return [...ofChargers, ...dailyDifferences(report, body.daily, at === 0 ? report.pin.at : at)];
}

const inStatistics = (each: Difference): Difference => ({
  ...each,
  expected: `statistics ${each.expected}`,
});

const dayText = (day: number): string => new Date(day * DAY_SEC * 1_000).toISOString().slice(0, 10);

function dailyDifferences(
  report: AuditReport,
  rows: readonly (AnyObject & { day: string })[],
  nowSec: number,
): Difference[] {
  const today = presentDay(rows[0]?.day, nowSec);
  const sessions = Map.groupBy(sessionsOf(report), ({ at }) => Math.floor(at / DAY_SEC));
  const mayChange = Math.floor((report.pin.at - CLOCKS_SEC) / DAY_SEC);
  const found = Array.from({ length: DAYS }, (_, i): Difference[] => {
    const day = today - i;
    const row = rows[i];
    if (row?.day !== dayText(day))
      return [missing({}, `statistics of ${dayText(day)} in row ${i + 1}`, row?.day ?? 'no row')];
    const differing = dayDifferences(row, sessions.get(day) ?? [], nowSec);
    return day < mayChange ? differing : differing.map((each) => ({ ...each, sumOf: 'sessions' }));
  });
  const tooMany = rows.length > DAYS ? [extra({}, `statistics of ${DAYS} days`, `${rows.length}`)] : [];
  return [...found.flat(), ...tooMany];
}

/** The day by the server's clock: that of its answer, or around midnight the one that it names. */
function presentDay(named: string | undefined, nowSec: number): number {
  const days = [0, -CLOCKS_SEC, CLOCKS_SEC].map((sec) => Math.floor((nowSec + sec) / DAY_SEC));
  return days.find((day) => dayText(day) === named) ?? days[0]!;
}

const sessionsOf = ({ book }: AuditReport): Ended[] =>
  [...book.bookings.values()]
    .flatMap(({ end, energyWh }) => (end?.outcome === 'FULFILLED' ? [{ at: end.stamp.at, energyWh }] : []))
    .sort((a, b) => a.at - b.at);

/** Figures of a day are those of some moment of the last hour: both of the same one. */
function dayDifferences(row: AnyObject, sessions: readonly Ended[], nowSec: number): Difference[] {
  let figures = { completedSessions: 0, energyWh: 0 };
  const isKept = () =>
    row.completedSessions === figures.completedSessions && row.energyWh === figures.energyWh;
  for (const { at, energyWh } of sessions) {
    if (at > nowSec - KEPT_SEC && isKept()) return [];
    figures = {
      completedSessions: figures.completedSessions + 1,
      energyWh: figures.energyWh + energyWh,
    };
  }
  return differences({}, figures, row).map((each) => ({
    ...each,
    expected: `statistics of ${String(row.day)}: ${each.expected}`,
  }));
}
