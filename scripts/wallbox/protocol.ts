import type { KeyObject } from 'node:crypto';
import type { ChargePointStatus, HardwareFault } from './faults.ts';
import type { Meter } from './meter.ts';
import type { WallboxOptions } from './options.ts';
import type { RecordReading } from './record.ts';
import type { ProfileParams } from './schedule.ts';
import type { Settings } from './settings.ts';
import type { ChargePointSocket, Handler } from './socket.ts';

export const FIRMWARE = '1.0.0';

export interface Transaction {
  idTag: string;
  /** OCPP 1.6: given by the central system, undefined until it answered. 2.x: given by the wallbox. */
  id: number | string | undefined;
  begin: RecordReading;
  pagination: number;
  reservationId?: number | undefined;
  remoteStartId?: number | undefined;
  /** Messages about it so far (2.0.1). */
  sentCount: number;
  /** When it ends by the time limit of the central system (2.1). Unix milliseconds. */
  endsAt?: number;
}

export interface RemoteStart {
  connectorId: number | undefined;
  idTag: string;
  profile: ProfileParams | undefined;
  remoteStartId?: number | undefined;
}

export interface Reservation {
  reservationId: number;
  idTag: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

export type ReserveAnswer = 'Accepted' | 'Faulted' | 'Occupied' | 'Unavailable';

/** Commands of a central system, for every version of OCPP. Connector 0 means all. */
export interface Commands {
  remoteStart(start: RemoteStart): 'Accepted' | 'Rejected';
  /** True if that transaction is under way; it ends after the answer was sent. */
  remoteStop(transactionId: unknown): boolean;
  setProfile(connectorId: number, profile: ProfileParams): 'Accepted' | 'Rejected';
  clearProfiles(): void;
  reserve(connectorId: number, reservation: Reservation): ReserveAnswer;
  cancelReservation(reservationId: number): boolean;
  isCharging(): boolean;
  setAvailable(isAvailable: boolean): void;
  end(connectorId: number, reason: string): void;
  trigger(message: unknown): 'Accepted' | 'NotImplemented';
  restart(): void;
}

/** What the meter shows now. */
export interface MeterDisplay {
  registerWh: number;
  /** With its fraction, as wallboxes with the quirk `kWh` send it. */
  exactWh: number;
  powerW: number;
  inKwh: boolean;
}

/** Messages to the central system. Reasons and states are those of OCPP 1.6, translated for other versions. */
export interface Messages {
  /** True once the central system accepted the wallbox. */
  boot(): Promise<boolean>;
  heartbeat(): void;
  authorize(idTag: string): Promise<string>;
  status(connectorId: number, status: ChargePointStatus, fault: HardwareFault | undefined): void;
  chargingState(connectorId: number, transaction: Transaction, status: ChargePointStatus): void;
  /** `onAnswer` gets whether the tag may charge, and returns whether the charge goes on; the transaction has its id then. */
  started(connectorId: number, transaction: Transaction, onAnswer: (accepted: boolean) => boolean): void;
  sample(
    connectorId: number,
    transaction: Transaction | undefined,
    context: string,
    shown: MeterDisplay,
  ): void;
  ended(connectorId: number, transaction: Transaction, reason: string, shown: MeterDisplay): void;
  /** Ends a transaction that a power cut left open, with the present register. */
  endAfterPowerCut(connectorId: number): void;
  reservationExpired(reservationId: number): void;
}

export interface MessageParts {
  options: WallboxOptions;
  key: KeyObject;
  settings: Settings;
  socket: ChargePointSocket;
  meterOf: (connectorId: number) => Meter;
}

/** One version of OCPP on the wallbox's side. */
export interface Protocol {
  subprotocol: string;
  handlersOf(commands: Commands, settings: Settings): (readonly [action: string, handler: Handler])[];
  messagesOf(parts: MessageParts): Messages;
}

/** Runs an effect of a call after the answer to it. */
export const afterAnswer = (act: () => void) => void setImmediate(act);
