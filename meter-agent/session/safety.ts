import type { ConnectorStatus } from '../drivers/charge-point-events.ts';

/**
 * OCPP 1.6 error codes (ChargePointErrorCode) that end a session at once: danger to people or the house, or a
 * contactor, lock or meter that cannot be relied on.
 */
const DANGEROUS = new Set([
  'ConnectorLockFailure',
  'GroundFailure',
  'HighTemperature',
  'OverCurrentFailure',
  'OverVoltage',
  'PowerMeterFailure',
  'PowerSwitchFailure',
]);

/**
 * Whether a fault ends a session and blocks the next one. A charge point that says Faulted has taken itself out of
 * service, whatever word it gives with it.
 */
export const isDangerous = (errorCode: string, status: ConnectorStatus): boolean =>
  status === 'Faulted' || DANGEROUS.has(errorCode);
