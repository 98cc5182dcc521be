import { formatUnits } from 'viem';
import type { BookingResponse } from '../../../protocol/api.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { formatKwh } from '../../../protocol/units.ts';
import type { Token } from '../app/units.ts';

/** What a spreadsheet takes for a formula, and would run: it gets an apostrophe before it (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

/** A field as RFC 4180 has it, and harmless in a spreadsheet. */
export function csvField(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const isoOf = (unixSec: number | null): string =>
  unixSec === null ? '' : new Date(unixSec * 1_000).toISOString().replace('.000', '');

type Column = [name: string, value: (booking: BookingResponse, token: Token) => string];

const units = (amount: string | null, { decimals }: Token): string =>
  amount === null ? '' : formatUnits(BigInt(amount), decimals);

/** Amounts are exact decimals with a point, whatever the reader's language; times are ISO 8601 in UTC. */
const COLUMNS: readonly Column[] = [
  ['booking_id', ({ bookingId }) => bookingId],
  ['charger_id', ({ listingId }) => listingId],
  ['host', ({ terms }) => terms.host],
  ['status', ({ reservationStatus }) => reservationStatus],
  ['slots_begin', ({ firstSlot }) => isoOf(firstSlot * SLOT_SEC)],
  ['slots_end', ({ firstSlot, slotCount }) => isoOf((firstSlot + slotCount) * SLOT_SEC)],
  ['booked_at', ({ bookedAt }) => isoOf(bookedAt)],
  ['ended_at', ({ endedAt }) => isoOf(endedAt)],
  ['charge_began_at', ({ endReading }) => isoOf(endReading?.beganAt ?? null)],
  ['charge_ended_at', ({ endReading }) => isoOf(endReading?.endedAt ?? null)],
  ['energy_wh', ({ energyWh }) => (energyWh === null ? '' : String(energyWh))],
  ['energy_kwh', ({ energyWh }) => (energyWh === null ? '' : formatKwh(energyWh))],
  ['most_agreed', ({ cap }, token) => units(cap, token)],
  ['paid', ({ paid }, token) => units(paid, token)],
  ['refunded', ({ refunded }, token) => units(refunded, token)],
  ['relay_fee', ({ relayFee }, token) => units(relayFee, token)],
  ['token', (_, { symbol }) => symbol],
  ['contested_no_show', ({ contested }) => String(contested)],
  ['booked_tx', ({ bookedTx }) => bookedTx],
  ['ended_tx', ({ endedTx }) => endedTx ?? ''],
];

/** Bookings as a table of RFC 4180, its names in the first line. */
export function csvOf(bookings: readonly BookingResponse[], token: Token): string {
  const lines = bookings.map((booking) => COLUMNS.map(([, value]) => csvField(value(booking, token))));
  return [COLUMNS.map(([name]) => name), ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}
