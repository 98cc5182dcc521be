/**
 * Shapes of the HTTP API (`/api/v1`), by its operations in `api/`. Money is a decimal integer text of token units, energy
 * Wh, time unix seconds. 256-bit words travel as 0x-hex of 32 bytes. Errors are RFC 9457 problem documents with `code`
 * and `remedy`.
 */
export type {
  BookingsResponse,
  HealthResponse,
  HostedHealth,
  HostedResponse,
  PairingResponse,
} from './api/accounts.ts';
export type { BookingResponse, ReadingJson, ReservationStatus, SettlementStatus } from './api/bookings.ts';
export type {
  ChargerDetail,
  ChargerStatus,
  ChargerSummary,
  Freshness,
  ListingRecord,
  SlotRange,
} from './api/chargers.ts';
export type {
  AllowanceJson,
  HandoverResponse,
  LiveEvent,
  NoticesResponse,
  SessionJson,
} from './api/charging.ts';
export type { Problem } from './api/problems.ts';
export type { RelayResponse, ShownCharge, ShownStep } from './api/relay.ts';
export type { TermsJson } from './api/shapes.ts';
export type { ConfigResponse, LocalWallbox } from './api/status.ts';
