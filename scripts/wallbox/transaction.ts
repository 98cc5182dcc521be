import type { KeyObject } from 'node:crypto';
import { publicKeyHex, type RecordReading, signedRecord, signedValue } from './record.ts';

const VOLTAGE_V = 230;
const MEASURAND = 'Energy.Active.Import.Register';

export const FIRMWARE = '1.0.0';

export interface Transaction {
  idTag: string;
  /** Given by the Central System; undefined until it answered. */
  id: number | undefined;
  begin: RecordReading;
  pagination: number;
}

/** A sampled value of the register: whole Wh, or kWh with the float noise of real boxes (0.15002000000000001). */
export function energyValue(registerWh: number, context: string, exactWh?: number) {
  if (exactWh === undefined) return { value: String(registerWh), context, measurand: MEASURAND, unit: 'Wh' };
  return { value: String(exactWh / 1000), context, measurand: MEASURAND, unit: 'kWh' };
}

/** Power and currents per phase, as far as they were asked for. */
export function powerValues(
  wanted: readonly string[],
  powerW: number,
  phases: number,
  context: string,
): object[] {
  const power = { value: powerW.toFixed(0), context, measurand: 'Power.Active.Import', unit: 'W' };
  const amperes = (powerW / VOLTAGE_V / phases).toFixed(2);
  const currents = ['L1', 'L2', 'L3']
    .slice(0, phases)
    .map((phase) => ({ value: amperes, context, measurand: 'Current.Import', unit: 'A', phase }));
  return [
    ...(wanted.includes('Power.Active.Import') ? [power] : []),
    ...(wanted.includes('Current.Import') ? currents : []),
  ];
}

/** A sampled value that carries a record signed by the meter. */
export function signedSample(
  key: KeyObject,
  serial: string,
  { idTag, pagination }: Transaction,
  readings: RecordReading[],
  context: string,
) {
  const record = signedRecord(key, { serial, firmware: FIRMWARE, pagination, idTag, readings });
  return { value: signedValue(record, publicKeyHex(key)), context, format: 'SignedData' };
}

export interface ProfileParams {
  transactionId?: number;
  chargingSchedule: {
    chargingRateUnit: 'A' | 'W';
    chargingSchedulePeriod: { limit: number; numberPhases?: number }[];
  };
}

/** The limit of a profile's first period in W: enough for a limit, and for 0 A. Undefined when there is none. */
export function profileLimitW({ chargingSchedule }: ProfileParams, phases: number): number | undefined {
  const [period] = chargingSchedule.chargingSchedulePeriod;
  if (period === undefined) return undefined;
  if (chargingSchedule.chargingRateUnit === 'W') return period.limit;
  return period.limit * VOLTAGE_V * (period.numberPhases ?? phases);
}
