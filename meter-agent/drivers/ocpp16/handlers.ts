import type { ConnectorStatus, Desk, Frame, MeterValue, StartRequest, StopRequest } from '../driver.ts';

/** A box as its calls see it. */
export interface Caller {
  id: string;
  desk: Desk;
  heartbeatIntervalSec: number;
  /** Called after the boot was answered. */
  onBooted: () => void;
}

type Handler = (box: Caller, params: Record<string, unknown>, frame: Frame) => object;

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
    return { status: 'Accepted', currentTime: new Date().toISOString(), interval: heartbeatIntervalSec };
  },
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  Authorize: ({ id, desk }, { idTag }) => ({ idTagInfo: { status: desk.authorize(id, String(idTag)) } }),
  StatusNotification: ({ id, desk }, { connectorId, status, errorCode, info }, frame) => {
    const fault =
      errorCode === 'NoError'
        ? undefined
        : { errorCode: String(errorCode), info: info as string | undefined };
    desk.status(id, Number(connectorId), status as ConnectorStatus, fault, frame);
    return {};
  },
  StartTransaction: ({ id, desk }, params, frame) => {
    const { transactionId, status } = desk.start(id, params as unknown as StartRequest, frame);
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
  DiagnosticsStatusNotification: () => ({}),
  FirmwareStatusNotification: () => ({}),
};
