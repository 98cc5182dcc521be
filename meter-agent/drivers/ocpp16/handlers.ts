import type { Logger } from 'pino';
import type { ConnectorStatus, Desk, Frame, MeterValue, StartRequest, StopRequest } from '../driver.ts';

/** A box as its calls see it. */
export interface Caller {
  id: string;
  desk: Desk;
  log: Logger;
  heartbeatIntervalSec: number;
  /** Called after the boot was answered. */
  onBooted: () => void;
  onStarted: (transactionId: number, timestamp: string) => void;
}

type Handler = (box: Caller, params: Record<string, unknown>, frame: Frame) => object;

const now = () => new Date().toISOString();

/** Remembered for who asked for the upload or the update, and for the status page. */
const progress =
  (key: 'diagnosticsStatus' | 'firmwareStatus'): Handler =>
  ({ id, desk, log }, { status }) => {
    desk.told(id, 0, { [key]: String(status) });
    log.info({ chargePointId: id, [key]: status }, 'the wallbox tells how far it is');
    return {};
  };

/** What a box of OCPP 1.6 may call, by action. */
export const HANDLERS: Record<string, Handler> = {
  BootNotification: ({ id, desk, onBooted, heartbeatIntervalSec }, params) => {
    desk.booted(id, {
      vendor: String(params.chargePointVendor),
      model: String(params.chargePointModel),
      firmware: params.firmwareVersion as string | undefined,
      serialNumber: params.chargePointSerialNumber as string | undefined,
    });
    // After the answer: a box may refuse anything before it was accepted.
    setImmediate(onBooted);
    return { status: 'Accepted', currentTime: now(), interval: heartbeatIntervalSec };
  },
  Heartbeat: () => ({ currentTime: now() }),
  Authorize: ({ id, desk }, { idTag }) => ({ idTagInfo: { status: desk.authorize(id, String(idTag)) } }),
  StatusNotification: ({ id, desk }, { connectorId, status, errorCode, info }, frame) => {
    const fault =
      errorCode === 'NoError'
        ? undefined
        : { errorCode: String(errorCode), info: info as string | undefined };
    desk.status(id, Number(connectorId), status as ConnectorStatus, fault, frame);
    return {};
  },
  StartTransaction: ({ id, desk, onStarted }, params, frame) => {
    const request = params as unknown as StartRequest;
    const { transactionId, status } = desk.start(id, request, frame);
    onStarted(transactionId, request.timestamp);
    return { transactionId, idTagInfo: { status } };
  },
  MeterValues: ({ id, desk }, { connectorId, transactionId, meterValue }, frame) => {
    const of = transactionId as number | undefined;
    desk.metered(id, Number(connectorId), of, meterValue as MeterValue[], frame);
    return {};
  },
  StopTransaction: ({ id, desk }, params, frame) => {
    const { idTag } = params;
    // Asked before the stop, which ends the tag's right. Some boxes take a stop without this word for refused.
    const idTagInfo = idTag === undefined ? undefined : { status: desk.authorize(id, String(idTag)) };
    desk.stop(id, params as unknown as StopRequest, frame);
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
