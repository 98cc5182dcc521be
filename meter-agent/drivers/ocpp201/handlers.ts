import type { ChargePointEvents, Frame } from '../charge-point-events.ts';
import { faultOf } from './faults.ts';
import {
  authorize,
  bootNotification,
  type EventData,
  meterValues,
  notifyEvent,
  read,
  statusNotification,
  transactionEvent,
  withStatus,
} from './messages.ts';
import { powersIn } from './report.ts';
import type { States } from './states.ts';
import type { Transactions } from './transactions.ts';
import { toMeterValues } from './values.ts';

/** The station whose calls are handled. */
export interface Caller {
  id: string;
  events: ChargePointEvents;
  states: States;
  transactions: Transactions;
  heartbeatIntervalSec: number;
  /** Called after the boot was answered. */
  onBooted: () => void;
  /** What is added to the answer to a TransactionEvent (OCPP 2.1). */
  limitOf: (transactionId: string) => object;
}

type Handler = (caller: Caller, params: unknown, frame: Frame) => object;

const noted = () => ({});
const clock = () => new Date().toISOString();

/** A station may tell its connectors' state by events instead of StatusNotification (OCPP 2.1). */
function availability({ component, variable, actualValue }: EventData) {
  const isOne = variable.name === 'AvailabilityState' && /^(Connector|EVSE)$/.test(component.name);
  const connectorStatus = statusNotification.shape.connectorStatus.safeParse(actualValue);
  return isOne && connectorStatus.success ? connectorStatus.data : undefined;
}

/** Stations report temperatures as a variable of a component, where OCPP 1.6 has a measurand. */
function applyTemperature(
  { id, events }: Caller,
  { variable, actualValue, component: { evse } }: EventData,
): void {
  if (variable.name !== 'Temperature' || evse === undefined || evse.id === 0) return;
  const sampledValue = [{ value: actualValue, measurand: 'Temperature', location: 'Body' }];
  events.metered(id, evse.id, undefined, [{ timestamp: clock(), sampledValue }], undefined);
}

function applyEvent(station: Caller, event: EventData, frame: Frame): void {
  applyTemperature(station, event);
  const { states } = station;
  const { evse } = event.component;
  const status = availability(event);
  if (status !== undefined && evse !== undefined && evse.id > 0)
    states.status(evse.id, evse.connectorId ?? 1, status, Date.now(), frame);
  const found = faultOf(event);
  if (found === undefined) return;
  // A fault of the station itself is one of each EVSE.
  const places = evse === undefined || evse.id === 0 ? states.ids() : [evse.id];
  for (const id of places) states.fault(id, found.isOver ? undefined : found.fault, frame);
}

/** The calls of OCPP 2.0.1 and 2.1 by action. */
export const HANDLERS: Record<string, Handler> = {
  BootNotification: ({ id, events, onBooted, heartbeatIntervalSec }, params) => {
    const { vendorName, model, firmwareVersion, serialNumber } = read(
      bootNotification,
      params,
    ).chargingStation;
    events.booted(id, {
      vendor: vendorName || 'Unknown',
      model: model || 'Unknown',
      firmware: firmwareVersion,
      serialNumber,
    });
    // After the answer, because a station may refuse everything before it was accepted.
    setImmediate(onBooted);
    return { status: 'Accepted', currentTime: clock(), interval: heartbeatIntervalSec };
  },
  Heartbeat: () => ({ currentTime: clock() }),
  Authorize: ({ id, events }, params) => {
    const { idToken } = read(authorize, params).idToken;
    return { idTokenInfo: { status: events.authorize(id, idToken) } };
  },
  StatusNotification: ({ states }, params, frame) => {
    const { evseId, connectorId, connectorStatus, timestamp } = read(statusNotification, params);
    const sentAt = Date.parse(timestamp ?? clock());
    // A station that has no EVSEs numbers its connectors.
    states.status(evseId || connectorId, evseId === 0 ? 1 : connectorId, connectorStatus, sentAt, frame);
    return {};
  },
  TransactionEvent: ({ transactions, limitOf }, params, frame) => {
    const event = read(transactionEvent, params);
    const status = transactions.take(event, frame);
    const { transactionId } = event.transactionInfo;
    const limit = status === 'Accepted' && event.eventType !== 'Ended' ? limitOf(transactionId) : {};
    return status === undefined ? {} : { idTokenInfo: { status }, ...limit };
  },
  MeterValues: ({ id, events }, params, frame) => {
    const { evseId, meterValue } = read(meterValues, params);
    // EVSE 0 is the meter of the whole site.
    if (evseId > 0) events.metered(id, evseId, undefined, toMeterValues(meterValue), frame);
    return {};
  },
  NotifyEvent: (station, params, frame) => {
    for (const event of read(notifyEvent, params).eventData) applyEvent(station, event, frame);
    return {};
  },
  FirmwareStatusNotification: ({ id, events }, params) => {
    events.healthReported(id, 0, { firmwareStatus: read(withStatus, params).status });
    return {};
  },
  LogStatusNotification: ({ id, events }, params) => {
    events.healthReported(id, 0, { diagnosticsStatus: read(withStatus, params).status });
    return {};
  },
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  ClearedChargingLimit: noted,
  Get15118EVCertificate: () => ({ status: 'Failed', exiResponse: '' }),
  GetCertificateStatus: () => ({ status: 'Failed' }),
  NotifyChargingLimit: noted,
  NotifyCustomerInformation: noted,
  NotifyDisplayMessages: noted,
  NotifyEVChargingNeeds: () => ({ status: 'Rejected' }),
  NotifyEVChargingSchedule: () => ({ status: 'Accepted' }),
  NotifyMonitoringReport: noted,
  NotifyPriorityCharging: noted,
  NotifyReport: ({ id, events }, params) => {
    for (const [evseId, maxPowerW] of powersIn(params)) events.healthReported(id, evseId, { maxPowerW });
    return {};
  },
  NotifySettlement: noted,
  PublishFirmwareStatusNotification: noted,
  ReportChargingProfiles: noted,
  ReservationStatusUpdate: noted,
  SecurityEventNotification: noted,
  SignCertificate: () => ({ status: 'Rejected' }),
};
