/** Faults that make a connector unsafe: it ends its charge and gives no power until the fault is cleared. */
export const HARDWARE_FAULTS = ['GroundFailure', 'OverCurrentFailure', 'HighTemperature'] as const;
export type HardwareFault = (typeof HARDWARE_FAULTS)[number];

/** Faults that can be requested; `clear` ends them all. */
export const FAULTS = [
  ...HARDWARE_FAULTS,
  'dropConnection',
  // Away until `restoreConnection` or `clear`.
  'cutConnection',
  'restoreConnection',
  // Values are stored while the connection is cut, and sent after live ones, or after the answer to a trigger.
  'sendsStoredLate',
  'sendsStoredAfterTrigger',
  'restartAtZero',
  'silentMeter',
  'kWh',
  'refuseProfiles',
  'refuseRemoteStart',
  'clear',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Status of a connector as in OCPP 1.6; OCPP 2.0.1 has fewer values. */
export type ChargePointStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';
