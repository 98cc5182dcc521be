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

/** A charge can go on with these, or resumes by itself. */
const HARMLESS = new Set([
  'EVCommunicationError',
  'LocalListConflict',
  'NoError',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'WeakSignal',
]);

/**
 * Whether a fault ends a session and blocks the next one. Codes without a cause (InternalError, OtherError, a
 * vendor's own) do when the charge point takes itself out of service with them.
 */
export function isDangerous(errorCode: string, status: ConnectorStatus): boolean {
  if (DANGEROUS.has(errorCode)) return true;
  return !HARMLESS.has(errorCode) && status === 'Faulted';
}
