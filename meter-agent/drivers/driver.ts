import { AsyncLocalStorage } from 'node:async_hooks';
import type { SampledValue } from './meter.ts';

/** Between a phase and neutral: amperes per phase and watts are told apart by it. */
export const VOLTAGE_V = 230;

/** How a wallbox answered a wish. `unreachable`: no answer, it may or may not have happened. */
export type Answer = 'accepted' | 'refused' | 'unreachable';

/**
 * What a transaction may take: `limitA` amperes per phase (0 pauses) until `endsAt` (unix seconds), 0 A from then on.
 * The wallbox itself holds it, so that it stops at the slot's end even if the agent never speaks again.
 */
export interface TransactionLimit {
  limitA: number;
  /** How many phases the connector gives it on: for boxes that count in W. */
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

/** What the agent asks of a wallbox, one interface per capability: a driver implements those its protocol has. */
export interface RemoteStarter {
  remoteStart(
    chargePointId: string,
    connectorId: number,
    idTag: string,
    limit: TransactionLimit,
  ): Promise<Answer>;
}

export interface RemoteStopper {
  remoteStop(chargePointId: string, transactionId: number): Promise<Answer>;
}

export interface CurrentLimiter {
  limitCurrent(
    chargePointId: string,
    connectorId: number,
    transactionId: number,
    limit: TransactionLimit,
  ): Promise<Answer>;
}

export interface MeterReader {
  /** The device tells its meter now, as it does while it charges. */
  readMeter(chargePointId: string, connectorId: number): Promise<Answer>;
}

export interface Reserver {
  reserve(chargePointId: string, connectorId: number, reservation: Reservation): Promise<Answer>;
}

export interface ReservationCanceller {
  cancelReservation(chargePointId: string, reservationId: number): Promise<Answer>;
}

export interface ConnectorUnlocker {
  unlock(chargePointId: string, connectorId: number): Promise<Answer>;
}

export interface Resetter {
  /** `isHard`: at once, like a power cycle; else after ending what runs. */
  reset(chargePointId: string, isHard: boolean): Promise<Answer>;
}

export interface DiagnosticsUploader {
  /** The box uploads its log to `url` (FTP or HTTP). */
  uploadDiagnostics(chargePointId: string, url: string): Promise<Answer>;
}

export interface FirmwareUpdater {
  /** The box fetches `url` at `retrieveAt` (unix seconds) and installs it. */
  updateFirmware(chargePointId: string, url: string, retrieveAt: number): Promise<Answer>;
}

export type Driver = RemoteStarter &
  RemoteStopper &
  CurrentLimiter &
  MeterReader &
  Reserver &
  ReservationCanceller &
  ConnectorUnlocker &
  Resetter &
  DiagnosticsUploader &
  FirmwareUpdater;

/** Words of OCPP 1.6's ChargePointStatus. */
export type ConnectorStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

export interface ChargePointInfo {
  vendor: string;
  model: string;
  firmware?: string | undefined;
  serialNumber?: string | undefined;
}

/** What a box says of its connector's health beside the status. `errorCode` in words of OCPP 1.6. */
export interface ConnectorFault {
  errorCode: string;
  info?: string | undefined;
}

/** How a box or one of its connectors is, as it told last; what it never told is missing. */
export interface ChargePointHealth {
  temperatureC?: number;
  voltageV?: number;
  /** In words of OCPP 1.6, with what the box adds; it stays when the fault is gone. */
  lastError?: string;
  /** Unix seconds. */
  lastErrorAt?: number;
  /** The box's clock less ours, where a message was fresh enough to tell. */
  clockOffsetSec?: number;
  firmware?: string;
  /** How far the last firmware update and the last upload of diagnostics are, in words of OCPP 1.6. */
  firmwareStatus?: string;
  diagnosticsStatus?: string;
  /** Settings that the box would not take. */
  refusedSettings?: string[];
  /** What we would use and the box does not have: actions and feature profiles of OCPP 1.6. */
  unsupported?: string[];
}

/** What was said to a box for one wish, for the evidence. */
export interface MadeCall {
  action: string;
  params: object;
  /** The box's answer, the protocol's error code, or null when none came. */
  result: object | string | null;
}

/** Where a driver notes the calls that it makes for one wish, if whoever wished has asked for that. */
export const madeCalls = new AsyncLocalStorage<MadeCall[]>();

/** A frame as it came, for the evidence. */
export type Frame = readonly [type: 2, messageId: string, action: string, payload: unknown];

export interface MeterValue {
  timestamp: string;
  sampledValue: SampledValue[];
}

export interface StartRequest {
  connectorId: number;
  idTag: string;
  /** Wh. */
  meterStart: number;
  timestamp: string;
  /** The box's own name of the transaction (OCPP 2); in 1.6 the number that the desk gives is its name. */
  ownTransactionId?: string | undefined;
}

export interface StopRequest {
  transactionId: number;
  idTag?: string | undefined;
  /** Wh; undefined when the box does not tell it: the last register counts. */
  meterStop?: number | undefined;
  timestamp: string;
  /** In words of OCPP 1.6, section 7.36. */
  reason?: string | undefined;
  transactionData?: MeterValue[] | undefined;
}

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
  chargePointTime: string;
  ownTransactionId: string | null;
}

/** What a driver finds again after a restart. Written with what the desk writes at the same time. */
export interface DriverMemory {
  transaction(id: number): DriverTransaction | undefined;
  /** By the box's own name of it; the newest, should the box give a name twice. */
  transactionNamed(chargePointId: string, ownTransactionId: string): DriverTransaction | undefined;
  note<T>(key: string): T | undefined;
  setNote(key: string, value: unknown): void;
}

export type Admission = 'admitted' | 'unknown' | 'wrongPassword';

export type TagStatus = 'Accepted' | 'Blocked' | 'Invalid' | 'ConcurrentTx';

/**
 * What a driver tells the agent. Every call returns when the journal holds what matters, so that the driver may
 * acknowledge. Times are the wallbox's own texts: the agent judges them.
 */
export interface ChargePointEvents {
  /** Whether this charge point may connect, with the password it showed (security profile 1), as bytes. */
  admits(chargePointId: string, password: Uint8Array | undefined): Admission;
  connected(chargePointId: string): void;
  disconnected(chargePointId: string): void;
  booted(chargePointId: string, info: ChargePointInfo): void;
  /** The box told its connectors' meter key: lower-case hex of a DER SubjectPublicKeyInfo. */
  meterKeySeen(chargePointId: string, connectorId: number, spkiHex: string): void;
  /** Something about a connector's health, or about the box itself (connector 0). */
  healthReported(chargePointId: string, connectorId: number, health: ChargePointHealth): void;
  /** Connectors on which a transaction is open, as far as the journal knows. */
  chargingConnectors(chargePointId: string): number[];
  authorize(chargePointId: string, idTag: string): TagStatus;
  /**
   * `fault` is undefined while the box reports none (1.6: `NoError`). `frame` is undefined when another call has told
   * it already.
   */
  status(
    chargePointId: string,
    connectorId: number,
    status: ConnectorStatus,
    fault: ConnectorFault | undefined,
    frame: Frame | undefined,
  ): void;
  start(
    chargePointId: string,
    request: StartRequest,
    frame: Frame,
  ): { transactionId: number; status: TagStatus };
  metered(
    chargePointId: string,
    connectorId: number,
    transactionId: number | undefined,
    values: MeterValue[],
    frame: Frame | undefined,
  ): void;
  stop(chargePointId: string, request: StopRequest, frame: Frame): void;
  /** Resolves when everything said to the desk so far is on disk: only then a message is acknowledged. */
  written(): Promise<void>;
}
