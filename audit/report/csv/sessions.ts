import type { BookingAccount } from '../../accounting/account-book.ts';
import type { AuditReport } from '../../audit-report.ts';
import { isoTime } from '../../lib/iso-time.ts';
import { SLOT_SEC } from '../../rules/booking-times.ts';
import { readTariff } from '../../rules/listing-terms.ts';
import { lower } from '../amounts.ts';
import { bookingsOf } from '../reported.ts';
import { type Column, csvLines } from './csv.ts';
import { unitOf } from './unit.ts';

const tariffOf = ({ booking }: BookingAccount) => readTariff(booking.terms.tariff);

const endOf = ({ booking }: BookingAccount): number => (booking.firstSlot + booking.slotCount) * SLOT_SEC;

function columns(unit: string): Column<BookingAccount>[] {
  return [
    ['bookingId', ({ bookingId }) => bookingId],
    ['listingId', ({ booking }) => booking.listingId],
    ['host', ({ booking }) => lower(booking.terms.host)],
    ['driver', ({ booking }) => lower(booking.driver)],
    ['purse', ({ booking }) => booking.purse],
    ['outcome', ({ end }) => end?.outcome ?? 'RESERVED'],
    ['ended by', ({ end }) => end?.by],
    ['booked at [UTC]', ({ booked }) => isoTime(booked.at)],
    ['booked in tx', ({ booked }) => booked.tx],
    ['booked from [UTC]', ({ booking }) => isoTime(booking.firstSlot * SLOT_SEC)],
    ['booked until [UTC]', (account) => isoTime(endOf(account))],
    ['energy [Wh]', ({ energyWh }) => energyWh],
    ['charge began [UTC]', ({ reading }) => reading && isoTime(reading.beganAt)],
    ['charge ended [UTC]', ({ reading }) => reading && isoTime(reading.endedAt)],
    ['overstay [s]', ({ reading }) => reading?.overstaySec],
    [`price per kWh [${unit}]`, (account) => tariffOf(account).pricePerKwh],
    [`price per hour [${unit}]`, (account) => tariffOf(account).pricePerHour],
    [`flat fee [${unit}]`, (account) => tariffOf(account).flatFee],
    [`cap [${unit}]`, ({ booking }) => booking.money.cap],
    [`locked [${unit}]`, ({ locked }) => locked],
    [`relay fee [${unit}]`, ({ booking }) => booking.money.relayFee],
    [`paid [${unit}]`, ({ paid }) => paid],
    [`refunded [${unit}]`, ({ refunded }) => refunded],
    [`forfeited [${unit}]`, ({ forfeited }) => forfeited],
    ['ended at [UTC]', ({ end }) => end && isoTime(end.stamp.at)],
    ['ended in block', ({ end }) => end?.stamp.blockNumber],
    ['ended in tx', ({ end }) => end?.stamp.tx],
  ];
}

/** Every booking, and what it came to. */
export const sessionsCsv = (report: AuditReport): Iterable<string> =>
  csvLines(columns(unitOf(report.token)), bookingsOf(report));
