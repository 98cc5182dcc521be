import type { ForwardHealth } from '../../protocol/link.ts';
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
  /** Maximum power, in W, as its own settings name it. */
  maxPowerW?: number;
  /** The longest random delay before it gives power, in s, as its own settings name it. */
  randomDelayMaxSec?: number;
  /** Settings that the charge point refused. */
  refusedSettings?: string[];
  /** The first frame since the agent's start that could not be read, shortened, when it came, and how many there were. */
  brokenFrame?: { at: number; text: string; count: number };
  /** Settings after which it restarted: they are left alone. */
  leftSettings?: string[];
  /** It refuses limits that end with 0: the agent alone ends a charge at its slot's end. */
  isLimitEndRefused?: boolean;
  /** What the agent would use and the charge point does not have: actions and feature profiles of OCPP 1.6. */
  unsupported?: string[];
  /** The other central system, where the charge point is forwarded to one. */
  forward?: ForwardHealth;
}

/** A frame as it came, for the evidence. */
export type Frame = readonly [type: 2, messageId: string, action: string, payload: unknown];

export interface MeterValue {
  timestamp: string;
  /** The number of its message in the transaction (OCPP 2). */
  seqNo?: number | undefined;
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
  /** The number of its message in the transaction (OCPP 2). */
  seqNo?: number | undefined;
}

export interface StopRequest {
  /** Charge points may write any number, or none. */
  transactionId: number | undefined;
  idTag?: string | undefined;
  /** Wh; undefined when the charge point does not report it: then the last register counts. */
  meterStop?: number | undefined;
  timestamp: string;
  /** In words of OCPP 1.6, section 7.36. */
  reason?: string | undefined;
  /** The number of its message in the transaction (OCPP 2). */
  seqNo?: number | undefined;
  transactionData?: MeterValue[] | undefined;
}

/** Why somebody who dialled the socket for charge points is not connected. */
export const FAILED_DIAL_REASONS = [
  'TLS_TO_PLAIN', // TLS, and the port is plain
  'PLAIN_TO_TLS', // plain text, and the port is TLS only
  'OLD_TLS', // a version or cipher of TLS that is too old
  'NOT_TRUSTED', // it does not trust our certificate
  'CERTIFICATE', // its certificate is missing, unknown or another's
  'TLS', // the handshake failed otherwise
  'NO_UPGRADE', // HTTP that asks for no WebSocket
  'NOT_HTTP', // neither HTTP nor TLS
  'NO_ID', // the path ends without a charge-point id
  'SUBPROTOCOL', // only subprotocols that are not served
  'UNKNOWN_ID', // not in the configuration
  'WRONG_PASSWORD',
] as const;
export type FailedDialReason = (typeof FAILED_DIAL_REASONS)[number];

export type Admission = 'admitted' | 'unknown' | 'wrongPassword';

export type TagStatus = 'Accepted' | 'Blocked' | 'Invalid' | 'ConcurrentTx';

/**
 * What a driver reports to the agent. Every call returns when the journal holds what matters, so that the driver may
 * acknowledge. Times are the charge point's own texts: the agent decides which it believes.
 */
export interface ChargePointEvents {
  /** Whether this charge point may connect, with the password it showed (security profile 1), as bytes. */
  admits(chargePointId: string, password: Uint8Array | undefined): Admission;
  /** Somebody dialled in vain; `chargePointId` is what it called itself, if it came that far. */
  dialFailed(reason: FailedDialReason, address: string, chargePointId: string | null): void;
  connected(chargePointId: string): void;
  disconnected(chargePointId: string): void;
  booted(chargePointId: string, info: ChargePointInfo): void;
  /** The meter key of a connector was reported: lower-case hex of a DER SubjectPublicKeyInfo. */
  meterKeyReported(chargePointId: string, connectorId: number, spkiHex: string): void;
  /** Connector 0 is the charge point itself. */
  healthReported(chargePointId: string, connectorId: number, health: ChargePointHealth): void;
  /** Connectors on which a transaction is open, as far as the journal knows. */
  chargingConnectors(chargePointId: string): number[];
  /** Whether a charge is asked for or runs at one of its connectors: nothing of it is changed meanwhile. */
  isInUse(chargePointId: string): boolean;
  /** A tag was shown to begin a charge. */
  authorize(chargePointId: string, idTag: string): TagStatus;
  /** What the tag may do, where nobody asks to begin. */
  tagStatus(chargePointId: string, idTag: string): TagStatus;
  /**
   * `fault` is undefined while none is named (1.6: `NoError`): Faulted is a fault all the same. `frame` is undefined when another call has carried it
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
