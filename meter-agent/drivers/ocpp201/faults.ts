import type { ConnectorFault } from '../charge-point-events.ts';
import type { EventData } from './messages.ts';

/** Minimum required error codes of the ChargeX consortium; stations of every maker send them as `techCode`. */
const TECH_CODES: Record<string, string> = {
  CX001: 'ConnectorLockFailure',
  CX002: 'GroundFailure',
  CX003: 'HighTemperature',
  CX004: 'OverCurrentFailure',
  CX005: 'OverVoltage',
  CX006: 'UnderVoltage',
  CX008: 'OtherError',
};

/** Protective components of the device model, and which fault their problem means. */
const COMPONENTS: readonly (readonly [RegExp, string])[] = [
  [/ground|isolation|rcd|residual/i, 'GroundFailure'],
  [/over-?current/i, 'OverCurrentFailure'],
  [/temperature|cooling/i, 'HighTemperature'],
  [/retentionlock|connectorlock/i, 'ConnectorLockFailure'],
  [/meter/i, 'PowerMeterFailure'],
  [/contactor/i, 'PowerSwitchFailure'],
  [/emergency|^evse$|^connector$|^chargingstation$/i, 'OtherError'],
];

const PROBLEMS = new Set(['Problem', 'Tripped', 'Fallback']);

/** The fault that an event reports, in words of OCPP 1.6; `isOver` when it is gone. Undefined for other events. */
export function faultOf(event: EventData): { fault: ConnectorFault; isOver: boolean } | undefined {
  const { component, variable, techCode, techInfo, actualValue, cleared } = event;
  const coded = TECH_CODES[techCode ?? ''];
  const known = COMPONENTS.find(([pattern]) => pattern.test(component.name))?.[1];
  const errorCode = coded ?? (PROBLEMS.has(variable.name) ? known : undefined);
  if (errorCode === undefined) return undefined;
  const isOver = cleared === true || /^(false|0|ok)$/i.test(actualValue);
  return { fault: { errorCode, info: techInfo ?? techCode ?? component.name }, isOver };
}

/** The fault behind a transaction's end. */
export function faultOfStop(stoppedReason: string | undefined): ConnectorFault | undefined {
  if (stoppedReason === 'GroundFault') return { errorCode: 'GroundFailure', info: stoppedReason };
  if (stoppedReason === 'OvercurrentFault') return { errorCode: 'OverCurrentFailure', info: stoppedReason };
  return undefined;
}

const SAME_REASONS = new Set([
  'DeAuthorized',
  'EmergencyStop',
  'EVDisconnected',
  'Local',
  'PowerLoss',
  'Reboot',
]);
const REASONS: Record<string, string> = {
  Remote: 'Remote',
  ImmediateReset: 'HardReset',
  MasterPass: 'Local',
  StoppedByEV: 'Local',
  SOCLimitReached: 'Local',
  LocalOutOfCredit: 'Local',
};

/** Why a transaction ended, in words of OCPP 1.6; undefined where the station does not say. */
export function reasonOf(stoppedReason: string | undefined): string | undefined {
  if (stoppedReason === undefined || SAME_REASONS.has(stoppedReason)) return stoppedReason;
  return REASONS[stoppedReason] ?? 'Other';
}
