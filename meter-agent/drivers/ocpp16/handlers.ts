import type { Logger } from 'pino';
import type {
  ChargePointEvents,
  ConnectorStatus,
  Frame,
  MeterValue,
  StartRequest,
  StopRequest,
} from '../charge-point-events.ts';

/** The charge point whose calls are handled. */
export interface Caller {
  id: string;
  events: ChargePointEvents;
  log: Logger;
  heartbeatIntervalSec: number;
  /** Called after the boot was answered. */
  onBooted: () => void;
  onStarted: (transactionId: number, timestamp: string) => void;
}

type Handler = (caller: Caller, params: Record<string, unknown>, frame: Frame) => object;

const now = () => new Date().toISOString();

/** Progress of an upload or an update, for the status page and the person who started it. */
const progress =
  (key: 'diagnosticsStatus' | 'firmwareStatus'): Handler =>
  ({ id, events, log }, { status }) => {
    events.healthReported(id, 0, { [key]: String(status) });
    log.info({ chargePointId: id, [key]: status }, 'progress of the wallbox');
    return {};
  };

/** The calls of OCPP 1.6 by action. */
export const HANDLERS: Record<string, Handler> = {
  BootNotification: ({ id, events, onBooted, heartbeatIntervalSec }, params) => {
    events.booted(id, {
      vendor: String(params.chargePointVendor) || 'Unknown',
      model: String(params.chargePointModel) || 'Unknown',
      firmware: params.firmwareVersion as string | undefined,
      serialNumber: params.chargePointSerialNumber as string | undefined,
    });
    // After the answer, because a charge point may refuse everything before it was accepted.
    setImmediate(onBooted);
    return { status: 'Accepted', currentTime: now(), interval: heartbeatIntervalSec };
  },
  Heartbeat: () => ({ currentTime: now() }),
  Authorize: ({ id, events }, { idTag }) => ({ idTagInfo: { status: events.authorize(id, String(idTag)) } }),
  StatusNotification: ({ id, events }, { connectorId, status, errorCode, info }, frame) => {
    const fault =
      errorCode === 'NoError'
        ? undefined
        : { errorCode: String(errorCode), info: info as string | undefined };
    events.status(id, Number(connectorId), status as ConnectorStatus, fault, frame);
    return {};
  },
  StartTransaction: ({ id, events, onStarted }, params, frame) => {
    const request = params as unknown as StartRequest;
    const { transactionId, status } = events.start(id, request, frame);
    onStarted(transactionId, request.timestamp);
    return { transactionId, idTagInfo: { status } };
  },
  MeterValues: ({ id, events }, { connectorId, transactionId, meterValue }, frame) => {
    const of = transactionId as number | undefined;
    events.metered(id, Number(connectorId), of, meterValue as MeterValue[], frame);
    return {};
  },
  StopTransaction: ({ id, events }, params, frame) => {
    const { idTag } = params;
    // Before the stop, after which the tag is not accepted any more. Some charge points take a stop without idTagInfo
    // for refused.
    const idTagInfo = idTag === undefined ? undefined : { status: events.tagStatus(id, String(idTag)) };
    events.stop(id, params as unknown as StopRequest, frame);
    return idTagInfo === undefined ? {} : { idTagInfo };
  },
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  DiagnosticsStatusNotification: progress('diagnosticsStatus'),
  FirmwareStatusNotification: progress('firmwareStatus'),
  // OCPP 1.6 security whitepaper: the same reports under other names.
  LogStatusNotification: progress('diagnosticsStatus'),
  SignedFirmwareStatusNotification: progress('firmwareStatus'),
  SecurityEventNotification: ({ id, log }, { type, techInfo }) => {
    log.warn({ chargePointId: id, type, techInfo }, 'security event of the wallbox');
    return {};
  },
};
