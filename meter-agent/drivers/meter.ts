import { PlugpactError } from '../../protocol/errors.ts';
import { scaleRoundedDown } from '../lib/decimal.ts';

/** One `sampledValue` of OCPP 1.6, section 7.43. */
export interface SampledValue {
  value: string;
  context?: string | undefined;
  format?: 'Raw' | 'SignedData' | undefined;
  measurand?: string | undefined;
  phase?: string | undefined;
  location?: string | undefined;
  unit?: string | undefined;
}

/** One `meterValue` in the agent's units. */
export interface Sample {
  /** Total imported energy in Wh, or undefined when the sample holds none. */
  registerWh: number | undefined;
  powerW: number | undefined;
  /** The highest of the reported phases, in whole A, rounded down. */
  currentA: number | undefined;
  /** Texts of signed containers, unchanged. */
  signed: string[];
}

const ENERGY = 'Energy.Active.Import.Register';
const DECIMALS: Record<string, number> = { Wh: 0, kWh: 3, W: 0, kW: 3 };

/**
 * Decimals of a value's unit. A value without a unit is in Wh by the standard. Some charge points leave the unit out
 * and mean kWh: a fraction that is closer to the transaction's own `meterStart` as kWh is read as kWh.
 */
function energyDecimals(sample: SampledValue, meterStartWh: number | undefined): number | undefined {
  if (sample.unit !== undefined) return DECIMALS[sample.unit];
  if (meterStartWh === undefined || meterStartWh === 0 || !sample.value.includes('.')) return 0;
  const distance = (decimals: number) =>
    Math.abs(Number(scaleRoundedDown(sample.value, decimals)) - meterStartWh);
  return distance(3) < distance(0) ? 3 : 0;
}

function parse(value: string, decimals: number | undefined): number | undefined {
  if (decimals === undefined) return undefined;
  const scaled = scaleRoundedDown(value, decimals);
  return scaled <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(scaled) : undefined;
}

/**
 * Reads one `meterValue`. Energy and power of single phases are skipped, because the register is the total. Raw
 * values that are not numbers are skipped too; the frame itself stays in the evidence.
 *
 * @param meterStartWh Register at the transaction's start: distinguishes Wh and kWh where the value has no unit.
 */
export function readSample(values: readonly SampledValue[], meterStartWh?: number): Sample {
  const sample: Sample = { registerWh: undefined, powerW: undefined, currentA: undefined, signed: [] };
  for (const value of values) {
    if (value.format === 'SignedData') {
      sample.signed.push(value.value);
      continue;
    }
    if ((value.location ?? 'Outlet') !== 'Outlet') continue;
    try {
      sample.currentA = mostOf(sample.currentA, phaseCurrentA(value));
      if (value.phase !== undefined) continue;
      const measurand = value.measurand ?? ENERGY;
      if (measurand === ENERGY) {
        sample.registerWh ??= parse(value.value, energyDecimals(value, meterStartWh));
      } else if (measurand === 'Power.Active.Import') {
        sample.powerW ??= parse(value.value, DECIMALS[value.unit ?? 'W']);
      }
    } catch (error) {
      if (!(error instanceof PlugpactError)) throw error;
    }
  }
  return sample;
}

const PHASES = new Set(['L1', 'L2', 'L3', 'L1-N', 'L2-N', 'L3-N']);

/** A current without a phase may be the sum of all phases or their mean, so it is not read. */
function phaseCurrentA({ measurand, phase, unit, value }: SampledValue): number | undefined {
  if (measurand !== 'Current.Import' || !PHASES.has(phase ?? '') || (unit ?? 'A') !== 'A') return undefined;
  return parse(value, 0);
}

const mostOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** The connector's health in one `meterValue`, in whole degrees and volts. Any phase will do. */
export function healthOf(values: readonly SampledValue[]): { temperatureC?: number; voltageV?: number } {
  const health: { temperatureC?: number; voltageV?: number } = {};
  for (const { measurand, format, value, unit } of values) {
    if (format === 'SignedData' || value.trim() === '' || !Number.isFinite(Number(value))) continue;
    if (measurand === 'Voltage') health.voltageV ??= Math.round(Number(value));
    if (measurand === 'Temperature') health.temperatureC ??= Math.round(celsiusOf(Number(value), unit));
  }
  return health;
}

function celsiusOf(degrees: number, unit: string | undefined): number {
  if (unit === 'Fahrenheit') return ((degrees - 32) * 5) / 9;
  return unit === 'K' ? degrees - 273.15 : degrees;
}
