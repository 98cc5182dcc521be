import type { SampledValue } from './meter.ts';

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

/** A fault of a connector, beside its status. `errorCode` in words of OCPP 1.6. */
export interface ConnectorFault {
  errorCode: string;
  info?: string | undefined;
}

/** The newest reports about a charge point or one of its connectors; what was never reported is missing. */
export interface ChargePointHealth {
  temperatureC?: number;
  voltageV?: number;
  /** In words of OCPP 1.6, with what the charge point adds; it stays when the fault is gone. */
  lastError?: string;
  /** Unix seconds. */
  lastErrorAt?: number;
  /** The charge point's clock minus ours, if a message was recent enough to compare. */
  clockOffsetSec?: number;
  firmware?: string;
  /** How far the last firmware update and the last upload of diagnostics are, in words of OCPP 1.6. */
  firmwareStatus?: string;
  diagnosticsStatus?: string;
  /** Settings that the charge point refused. */
  refusedSettings?: string[];
  /** What the agent would use and the charge point does not have: actions and feature profiles of OCPP 1.6. */
  unsupported?: string[];
}

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
  /** The charge point's own name of the transaction (OCPP 2); in 1.6 the number that the agent gives is its name. */
  ownTransactionId?: string | undefined;
}

export interface StopRequest {
  transactionId: number;
  idTag?: string | undefined;
  /** Wh; undefined when the charge point does not report it: then the last register counts. */
  meterStop?: number | undefined;
  timestamp: string;
  /** In words of OCPP 1.6, section 7.36. */
  reason?: string | undefined;
  transactionData?: MeterValue[] | undefined;
}

export type Admission = 'admitted' | 'unknown' | 'wrongPassword';

export type TagStatus = 'Accepted' | 'Blocked' | 'Invalid' | 'ConcurrentTx';

/**
 * What a driver reports to the agent. Every call returns when the journal holds what matters, so that the driver may
 * acknowledge. Times are the charge point's own texts: the agent decides which it believes.
 */
export interface ChargePointEvents {
  /** Whether this charge point may connect, with the password it showed (security profile 1), as bytes. */
  admits(chargePointId: string, password: Uint8Array | undefined): Admission;
  connected(chargePointId: string): void;
  disconnected(chargePointId: string): void;
  booted(chargePointId: string, info: ChargePointInfo): void;
  /** The meter key of a connector was reported: lower-case hex of a DER SubjectPublicKeyInfo. */
  meterKeyReported(chargePointId: string, connectorId: number, spkiHex: string): void;
  /** Connector 0 is the charge point itself. */
  healthReported(chargePointId: string, connectorId: number, health: ChargePointHealth): void;
  /** Connectors on which a transaction is open, as far as the journal knows. */
  chargingConnectors(chargePointId: string): number[];
  authorize(chargePointId: string, idTag: string): TagStatus;
  /**
   * `fault` is undefined while none is reported (1.6: `NoError`). `frame` is undefined when another call has carried it
   * already.
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
  /** Resolves when everything reported so far is on disk: only then a message is acknowledged. */
  written(): Promise<void>;
}
