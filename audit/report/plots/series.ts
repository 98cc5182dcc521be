import type { BookingAccount } from '../../accounting/account-book.ts';
import type { AuditReport } from '../../audit-report.ts';
import { SLOT_SEC } from '../../rules/booking-times.ts';
import { LISTING_STATUS } from '../../rules/listing.ts';
import { readTariff } from '../../rules/listing-terms.ts';
import { bookingsOf, eventsOf } from '../reported.ts';
import { type Buckets, beginOf, bucketsOf, indexOf, lengthText } from './buckets.ts';

/** Something over time: a value for each bucket, null where there is none. */
export interface Series {
  name: string;
  values: (number | null)[];
}

export interface Plot {
  title: string;
  /** Of the values. */
  unit: string;
  /** What the values are, in a sentence. */
  description: string;
  kind: 'bars' | 'lines';
  buckets: Buckets;
  series: Series[];
}

/** All plots of a report; none where nothing was booked. */
export function plotsOf(report: AuditReport): Plot[] {
  const bookings = bookingsOf(report);
  const first = bookings.reduce((least, { booked }) => Math.min(least, booked.at), Number.POSITIVE_INFINITY);
  if (first === Number.POSITIVE_INFINITY) return [];
  const newest = bookings.reduce((most, { end }) => Math.max(most, end?.stamp.at ?? 0), report.pin.at);
  const buckets = bucketsOf(first, newest);
  return [
    energy(bookings, buckets),
    money(report, bookings, buckets),
    disputes(report, bookings, buckets),
    prices(report, bookings, buckets),
    utilisation(report, bookings, buckets),
  ];
}

function summed<T>(
  buckets: Buckets,
  items: readonly T[],
  at: (item: T) => number | undefined,
  of: (item: T) => number,
) {
  const values = new Array<number>(buckets.count).fill(0);
  for (const item of items) {
    const time = at(item);
    if (time !== undefined) values[indexOf(buckets, time)]! += of(item);
  }
  return values;
}

const endedAt = ({ end }: BookingAccount): number | undefined => end?.stamp.at;
const per = (buckets: Buckets): string => `per ${lengthText(buckets)}`;

const energy = (bookings: BookingAccount[], buckets: Buckets): Plot => ({
  title: 'Energy',
  unit: 'kWh',
  description: `Energy that was paid for, ${per(buckets)} in which bookings ended.`,
  kind: 'bars',
  buckets,
  series: [{ name: 'sold', values: summed(buckets, bookings, endedAt, ({ energyWh }) => energyWh / 1_000) }],
});

function money({ token }: AuditReport, bookings: BookingAccount[], buckets: Buckets): Plot {
  const whole = (units: bigint) => Number(units) / 10 ** token.decimals;
  const of = (amount: (account: BookingAccount) => bigint) =>
    summed(buckets, bookings, endedAt, (account) => whole(amount(account)));
  return {
    title: 'Money',
    unit: token.symbol,
    description: `What ended bookings paid and what went back to drivers, ${per(buckets)}.`,
    kind: 'bars',
    buckets,
    series: [
      { name: 'paid', values: of(({ paid, forfeited }) => paid + forfeited) },
      { name: 'refunded', values: of(({ refunded }) => refunded) },
    ],
  };
}

function disputes(report: AuditReport, bookings: BookingAccount[], buckets: Buckets): Plot {
  const challenged = eventsOf(report).filter(({ eventName }) => eventName === 'Challenged');
  const contested = bookings.filter(({ end }) => end?.by === 'NoShowContested');
  const lost = bookings.filter(({ forfeited }) => forfeited > 0n);
  const one = () => 1;
  return {
    title: 'Disputes',
    unit: 'bookings',
    description: `Claims challenged, challenges lost and no-shows contested, ${per(buckets)}.`,
    kind: 'bars',
    buckets,
    series: [
      { name: 'challenged', values: summed(buckets, challenged, ({ at }) => at, one) },
      { name: 'challenge lost', values: summed(buckets, lost, endedAt, one) },
      { name: 'no-show contested', values: summed(buckets, contested, endedAt, one) },
    ],
  };
}

function prices({ token }: AuditReport, bookings: BookingAccount[], buckets: Buckets): Plot {
  const inBucket = Array.from({ length: buckets.count }, (): number[] => []);
  for (const { booking, booked } of bookings) {
    const price = Number(readTariff(booking.terms.tariff).pricePerKwh) / 10 ** token.decimals;
    inBucket[indexOf(buckets, booked.at)]!.push(price);
  }
  for (const values of inBucket) values.sort((one, other) => one - other);
  const at = (share: number) =>
    inBucket.map((values) => values[Math.floor(share * (values.length - 1))] ?? null);
  return {
    title: 'Price per kWh',
    unit: `${token.symbol} per kWh`,
    description: 'Price per kWh of the bookings made: the lowest, the median and the highest.',
    kind: 'lines',
    buckets,
    series: [
      { name: 'lowest', values: at(0) },
      { name: 'median', values: at(0.5) },
      { name: 'highest', values: at(1) },
    ],
  };
}

/** Hours booked of the hours in which chargers were listed. */
function utilisation(report: AuditReport, bookings: BookingAccount[], buckets: Buckets): Plot {
  const bookedSec = new Array<number>(buckets.count).fill(0);
  for (const { booking, end } of bookings) {
    if (end?.outcome === 'CANCELED') continue;
    const from = booking.firstSlot * SLOT_SEC;
    spread(buckets, bookedSec, from, from + booking.slotCount * SLOT_SEC);
  }
  const listedSec = listedSeconds(report, buckets);
  return {
    title: 'Utilisation',
    unit: '%',
    description: 'Booked time that was not cancelled, of the time in which chargers were listed as open.',
    kind: 'lines',
    buckets,
    series: [
      {
        name: 'booked',
        values: bookedSec.map((sec, index) => {
          const listed = listedSec[index] ?? 0;
          return listed === 0 ? null : Math.min(100, (100 * sec) / listed);
        }),
      },
    ],
  };
}

/** Seconds that chargers were listed as open, by bucket. */
function listedSeconds({ events, pin }: AuditReport, buckets: Buckets): number[] {
  const seconds = new Array<number>(buckets.count).fill(0);
  const openSince = new Map<string, number>();
  const close = (listingId: string, at: number) => {
    const since = openSince.get(listingId);
    if (since !== undefined) spread(buckets, seconds, since, at);
    openSince.delete(listingId);
  };
  for (const event of events()) {
    if (event.eventName === 'ListingPublished') {
      if (!openSince.has(event.args.listingId)) openSince.set(event.args.listingId, event.at);
    } else if (event.eventName === 'ListingStatusChanged') {
      const { listingId, status } = event.args;
      if (status !== LISTING_STATUS.OPEN) close(listingId, event.at);
      else if (!openSince.has(listingId)) openSince.set(listingId, event.at);
    }
  }
  const until = Math.max(pin.at, beginOf(buckets, buckets.count));
  for (const listingId of [...openSince.keys()]) close(listingId, until);
  return seconds;
}

/** Adds a span of time to the buckets that it lies in. */
function spread(buckets: Buckets, values: number[], from: number, until: number): void {
  const { lengthSec, count } = buckets;
  const first = Math.max(0, Math.floor((from - buckets.from) / lengthSec));
  const last = Math.min(count - 1, Math.floor((until - 1 - buckets.from) / lengthSec));
  for (let index = first; index <= last; index += 1) {
    const begin = beginOf(buckets, index);
    values[index]! += Math.min(until, begin + lengthSec) - Math.max(from, begin);
  }
}
