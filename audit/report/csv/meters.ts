import type { BookingAccount } from '../../accounting/account-book.ts';
import type { AuditReport } from '../../audit-report.ts';
import { isoTime } from '../../lib/iso-time.ts';
import { lower } from '../amounts.ts';
import { bookingsOf } from '../reported.ts';
import { type Column, csvLines } from './csv.ts';

type Metered = BookingAccount & { reading: NonNullable<BookingAccount['reading']> };

const isMetered = (account: BookingAccount): account is Metered => account.reading !== undefined;

/** By meter, then by time: what one meter measured stands together. */
const inMeterOrder = (one: Metered, other: Metered): number =>
  compare(one.booking.terms.agentKey.toLowerCase(), other.booking.terms.agentKey.toLowerCase()) ||
  compare(one.booking.terms.meterKeyHash, other.booking.terms.meterKeyHash) ||
  one.reading.beganAt - other.reading.beganAt;

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

const signedBy = ({ reading, cosigned }: Metered): string =>
  cosigned !== undefined && cosigned.seq === reading.seq ? 'agent and session key' : 'agent';

const COLUMNS: readonly Column<Metered>[] = [
  ['agentKey', ({ booking }) => lower(booking.terms.agentKey)],
  ['meterKeyHash', ({ booking }) => booking.terms.meterKeyHash],
  ['listingId', ({ booking }) => booking.listingId],
  ['bookingId', ({ bookingId }) => bookingId],
  ['seq', ({ reading }) => reading.seq],
  ['began [UTC]', ({ reading }) => isoTime(reading.beganAt)],
  ['ended [UTC]', ({ reading }) => isoTime(reading.endedAt)],
  ['energy of the reading [Wh]', ({ reading }) => reading.energyWh],
  ['energy paid [Wh]', ({ energyWh }) => energyWh],
  ['overstay [s]', ({ reading }) => reading.overstaySec],
  ['final', ({ reading }) => reading.isFinal],
  ['signed by', signedBy],
  ['proved in tx', ({ provenIn }) => provenIn],
  ['evidenceHash', ({ reading }) => reading.evidenceHash],
  ['registersCommitment', ({ reading }) => reading.registersCommitment],
];

/** The newest reading of each booking, meter by meter. */
export const metersCsv = (report: AuditReport): Iterable<string> =>
  csvLines(COLUMNS, bookingsOf(report).filter(isMetered).sort(inMeterOrder));
