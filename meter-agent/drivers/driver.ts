import type { SampledValue } from '../meter.ts';

/** How a wallbox answered a wish. `unreachable`: no answer, it may or may not have happened. */
export type Answer = 'accepted' | 'refused' | 'unreachable';

/** What the agent asks of a wallbox, one interface per capability: a driver implements those its protocol has. */
export interface RemoteStarter {
  remoteStart(chargePointId: string, connectorId: number, idTag: string): Promise<Answer>;
}

export interface RemoteStopper {
  remoteStop(chargePointId: string, transactionId: number): Promise<Answer>;
}

export interface CurrentLimiter {
  /** Amperes per phase; 0 pauses, null takes the limit away. */
  limitCurrent(
    chargePointId: string,
    connectorId: number,
    transactionId: number,
    limitA: number | null,
  ): Promise<Answer>;
}

export type Driver = RemoteStarter & RemoteStopper & CurrentLimiter;

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
  meterStart: number;
  timestamp: string;
}

export interface StopRequest {
  transactionId: number;
  idTag?: string | undefined;
  meterStop: number;
  timestamp: string;
  reason?: string | undefined;
  transactionData?: MeterValue[] | undefined;
}

export type TagStatus = 'Accepted' | 'Blocked' | 'Invalid' | 'ConcurrentTx';

/**
 * What a driver tells the agent. Every call returns when the journal holds what matters, so that the driver may
 * acknowledge. Times are the wallbox's own texts: the agent judges them.
 */
export interface Desk {
  /** Whether this charge point may connect, with the password it showed (security profile 1). */
  admits(chargePointId: string, password: string | undefined): boolean;
  connected(chargePointId: string): void;
  disconnected(chargePointId: string): void;
  booted(chargePointId: string, info: ChargePointInfo): void;
  /** The box told its connectors' meter key: lower-case hex of a DER SubjectPublicKeyInfo. */
  meterKeySeen(chargePointId: string, connectorId: number, spkiHex: string): void;
  authorize(chargePointId: string, idTag: string): TagStatus;
  status(chargePointId: string, connectorId: number, status: ConnectorStatus, frame: Frame): void;
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
    frame: Frame,
  ): void;
  stop(chargePointId: string, request: StopRequest, frame: Frame): void;
}
