import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import type { ChargePointEvents } from './charge-point-events.ts';

/** Between a phase and neutral: converts between amperes per phase and watts. */
export const VOLTAGE_V = 230;

/** How a charge point answered a command. `unreachable`: no answer, it may or may not have been executed. */
export type Answer = 'accepted' | 'refused' | 'unreachable';

/**
 * What a transaction may take: `limitA` amperes per phase (0 pauses) until `endsAt` (unix seconds), 0 A from then on.
 * The charge point itself holds it, so that it stops at the slot's end even if the agent never speaks again.
 */
export interface TransactionLimit {
  limitA: number;
  /** How many phases the connector gives it on: for charge points that count in W. */
  phases: number;
  endsAt: number;
}

/** A connector held for one tag from now on, so that nobody else's card takes it. */
export interface Reservation {
  reservationId: number;
  idTag: string;
  /** Unix seconds. */
  expiresAt: number;
}

export interface RemoteStarter {
  remoteStart(connectorId: number, idTag: string, limit: TransactionLimit): Promise<Answer>;
}

export interface RemoteStopper {
  remoteStop(transactionId: number): Promise<Answer>;
}

export interface CurrentLimiter {
  limitCurrent(connectorId: number, transactionId: number, limit: TransactionLimit): Promise<Answer>;
}

export interface MeterReader {
  /** The charge point reports its meter now, as it does while it charges. */
  readMeter(connectorId: number): Promise<Answer>;
}

export interface Reserver {
  reserve(connectorId: number, reservation: Reservation): Promise<Answer>;
}

export interface ReservationCanceller {
  cancelReservation(reservationId: number): Promise<Answer>;
}

export interface ConnectorUnlocker {
  unlock(connectorId: number): Promise<Answer>;
}

export interface Resetter {
  /** `isHard`: at once, like a power cycle; else after ending what runs. */
  reset(isHard: boolean): Promise<Answer>;
}

export interface DiagnosticsUploader {
  /** The charge point uploads its log to `url` (FTP or HTTP). */
  uploadDiagnostics(url: string): Promise<Answer>;
}

export interface FirmwareUpdater {
  /** The charge point fetches `url` at `retrieveAt` (unix seconds) and installs it. */
  updateFirmware(url: string, retrieveAt: number): Promise<Answer>;
}

/**
 * The connection to one charge point: what the agent can command it, one interface per capability. A connection has
 * those of its protocol; a command that it does not have counts as refused.
 */
export type ChargePointConnection = Partial<
  RemoteStarter &
    RemoteStopper &
    CurrentLimiter &
    MeterReader &
    Reserver &
    ReservationCanceller &
    ConnectorUnlocker &
    Resetter &
    DiagnosticsUploader &
    FirmwareUpdater
>;

/** One way to reach charge points. */
export interface Driver {
  start(): Promise<unknown>;
  close(): Promise<void>;
  /** Undefined while the charge point is not connected through this driver. */
  connectionOf(chargePointId: string): ChargePointConnection | undefined;
}

/** What a driver is given: whom it reports to, and what it finds again after a restart. */
export interface DriverParts {
  events: ChargePointEvents;
  memory: DriverMemory;
  log: Logger;
}

/** Makes a driver when the agent starts; imports its code there, so that what nobody uses takes no memory. */
export type NewDriver = (parts: DriverParts) => Driver | Promise<Driver>;

/** A call that was made for one command, for the evidence. */
export interface MadeCall {
  action: string;
  params: object;
  /** The charge point's answer, the protocol's error code, or null when none came. */
  result: object | string | null;
}

/** Where a driver notes the calls that it makes for one command, if the caller has asked for that. */
export const madeCalls = new AsyncLocalStorage<MadeCall[]>();

/** A transaction as the journal keeps it. */
export interface DriverTransaction {
  id: number;
  bookingId: string | null;
  isOwner: boolean;
  stopped: boolean;
  chargePointId: string;
  connectorId: number;
  idTag: string;
  /** Wh. */
  meterStart: number;
  /** When it began, as the charge point wrote it. */
  chargePointTime: string;
  /** The charge point's own name of it (OCPP 2). */
  ownTransactionId: string | null;
}

/** What a driver finds again after a restart. Written in the same commit as what its events write. */
export interface DriverMemory {
  transaction(id: number): DriverTransaction | undefined;
  /** By the charge point's own name of it; the newest, if it gave a name twice. */
  transactionNamed(chargePointId: string, ownTransactionId: string): DriverTransaction | undefined;
  note<T>(key: string): T | undefined;
  setNote(key: string, value: unknown): void;
}
