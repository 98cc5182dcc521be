/** What can be wrong with a charger, as drivers report it. */
export const FAULT_KINDS = [
  'NO_POWER',
  'CONNECTOR_DAMAGED',
  'CABLE_LOCKED',
  'ACCESS_BLOCKED',
  'WRONG_LOCATION',
  'UNSAFE',
  'OTHER',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];
