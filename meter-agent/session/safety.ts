import type { ConnectorStatus } from '../drivers/charge-point-events.ts';

/**
 * Words of OCPP 1.6 (ChargePointErrorCode) that end a visit at once: danger to people or the house, or a contactor,
 * lock or meter that cannot be relied on.
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

/** A charge can go on with these, or comes back by itself. */
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
 * Whether a fault ends a visit and bars the next one. Words that name no cause (InternalError, OtherError, a vendor's
 * own) do where the box takes itself out of service by them.
 */
export function isDangerous(errorCode: string, status: ConnectorStatus): boolean {
  if (DANGEROUS.has(errorCode)) return true;
  return !HARMLESS.has(errorCode) && status === 'Faulted';
}
