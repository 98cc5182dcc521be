import { formatKwh, isoTime } from '../../protocol/units.ts';
import type { HistoryEntry } from '../status/history.ts';
import { decimalMoney } from './amounts.ts';

type Cell = string | number | boolean | bigint | null | undefined;

const COLUMNS: Record<string, (entry: HistoryEntry) => Cell> = {
  booking_id: ({ bookingId }) => bookingId,
  listing_id: ({ listingId }) => listingId,
  charge_point_id: ({ chargePointId }) => chargePointId,
  connector_id: ({ connectorId }) => connectorId,
  slot_start: ({ startsAt }) => isoTime(startsAt),
  slot_end: ({ endsAt }) => isoTime(endsAt),
  began_at: ({ reading }) => reading && isoTime(reading.beganAt),
  ended_at: ({ reading }) => reading && isoTime(reading.endedAt),
  energy_kwh: ({ reading }) => reading && formatKwh(reading.energyWh),
  overstay_s: ({ reading }) => reading?.overstaySec,
  cost: ({ cost, token }) => decimalMoney(cost, token),
  paid: ({ paid, token }) => (paid === null ? null : decimalMoney(paid, token)),
  currency: ({ token }) => token?.symbol,
  cost_units: ({ cost }) => cost,
  paid_units: ({ paid }) => paid,
  phase: ({ phase }) => phase,
  reservation_status: ({ reservationStatus }) => reservationStatus,
  is_final: ({ reading }) => reading?.isFinal,
  is_cosigned: ({ isCosigned }) => isCosigned,
  /** The former name of assurance_level. */
  tier: ({ assuranceLevel }) => assuranceLevel,
  stop_cause: ({ stopCause }) => stopCause,
  evidence_hash: ({ reading }) => reading?.evidenceHash,
  assurance_level: ({ assuranceLevel }) => assuranceLevel,
};

/** A record of RFC 4180, its CRLF included. */
const record = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`;

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A wallbox chooses its own name: a spreadsheet must not execute it as a formula. */
const asText = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

export const csvHead = (): string => record(Object.keys(COLUMNS));

export const csvLine = (entry: HistoryEntry): string =>
  record(Object.values(COLUMNS).map((column) => asText(String(column(entry) ?? ''))));
