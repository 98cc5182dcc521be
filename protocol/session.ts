import { type Coded, type CodedParams, type CodeTable, isCodedBy } from './codes.ts';

/** Why no power flows although the session goes on. */
export const PAUSE_REASONS = [
  'UNSIGNED', // more would cost more than is co-signed or allowed
  'UNCONFIRMED', // the same, while the ledger has not confirmed the booking
  'METER_SILENT', // as much may have flowed since the meter sent its last usable value
  'BOOKING_MISSING', // the ledger lost the booking
  'SITE_LIMIT', // the house connection has no current left
  'ADJACENT_BOOKING', // before the own slot, while another booking has the connector
  'RECOVERING', // the agent was restored from a backup: it first asks for the newest reading that it signed
] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** What keeps a driver from charging although the slot has begun. */
export const BLOCK_REASONS = ['OCCUPIED', 'FAULT'] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

/** Why a session ends. */
export const STOP_CAUSES = [
  'driver',
  'unplugged',
  'slotEnd',
  'cap',
  'wallbox',
  'fault',
  'ledger',
  'waived',
] as const;
export type StopCause = (typeof STOP_CAUSES)[number];

/** What an agent adds to a session's state, for the driver. `STOPPED` says what the session still waits for. */
export const SESSION_DETAILS = {
  PAUSED: { reason: PAUSE_REASONS },
  CHARGE_POINT_OFFLINE: {},
  /** The wallbox begins a charge after a random time, as a law demands it; at the latest then. */
  RANDOM_DELAY: { latestAt: 'time' },
  STOPPED: { cause: STOP_CAUSES, waitsFor: ['CHARGE_POINT', 'UNPLUG', 'SIGNATURE', 'NOTHING'] },
} as const satisfies CodeTable;

export type SessionDetailCode = keyof typeof SESSION_DETAILS;

export type SessionDetail = {
  [Code in SessionDetailCode]: { code: Code; params: CodedParams<(typeof SESSION_DETAILS)[Code]> };
}[SessionDetailCode];

/** Whether this version knows a detail's code and parameters. */
export const isKnownDetail = (detail: Coded): detail is SessionDetail => isCodedBy(SESSION_DETAILS, detail);
