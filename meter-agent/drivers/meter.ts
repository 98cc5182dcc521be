import { PlugpactError } from '../../protocol/errors.ts';
import { scaleRoundedDown } from '../lib/decimal.ts';
import { addPart, type PartValues, ShownPhases } from './phases.ts';

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

export const ENERGY = 'Energy.Active.Import.Register';
const DECIMALS: Record<string, number> = { Wh: 0, kWh: 3, W: 0, kW: 3 };

export const isKnownUnit = (unit: string | undefined): boolean => unit === undefined || unit in DECIMALS;

/**
 * How many decimals make a register without a unit Wh, where it counts from 0 and its start shows no unit; undefined:
 * it cannot be believed.
 */
export type UnitlessDecimals = (value: string) => number | undefined;

/** Whether a register without a unit may be in Wh, as the standard says: a fraction of one may as well be kWh. */
export const isWholeOrZero = (value: string): boolean => !value.includes('.') || Number(value) === 0;

const believedIfWhole: UnitlessDecimals = (value) => (isWholeOrZero(value) ? 0 : undefined);

/**
 * Decimals of a value's unit. A value without a unit is in Wh by the standard. Some charge points leave the unit out
 * and mean kWh: a fraction that is closer to the transaction's own `meterStart` as kWh is read as kWh.
 */
function energyDecimals(
  sample: SampledValue,
  meterStartWh: number | undefined,
  unitless: UnitlessDecimals,
): number | undefined {
  if (sample.unit !== undefined) return DECIMALS[sample.unit];
  if (meterStartWh === 0) return unitless(sample.value);
  if (meterStartWh === undefined || !sample.value.includes('.')) return 0;
  const distance = (decimals: number) =>
    Math.abs(Number(scaleRoundedDown(sample.value, decimals)) - meterStartWh);
  return distance(3) < distance(0) ? 3 : 0;
}

function parse(value: string, decimals: number | undefined): number | undefined {
  if (decimals === undefined) return undefined;
  const scaled = scaleRoundedDown(value, decimals);
  return scaled <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(scaled) : undefined;
}

/** In thousandths, so that the sum of phases loses no more than a single register does. */
const thousandths = (value: string, decimals: number | undefined): bigint | undefined =>
  decimals === undefined ? undefined : scaleRoundedDown(value, decimals + 3);

function wholeNumber(inThousandths: bigint | undefined): number | undefined {
  if (inThousandths === undefined) return undefined;
  const whole = inThousandths / 1_000n;
  return whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : undefined;
}

export interface SampleContext {
  /** Distinguishes Wh and kWh where the transaction began at 0 and the value has no unit. */
  unitless?: UnitlessDecimals;
  /** What the transaction has shown before, for values of single phases without a total. */
  shown?: ShownPhases;
}

/**
 * Reads one `meterValue`. Raw values that are not numbers are skipped; the frame itself stays in the evidence.
 *
 * @param meterStartWh Register at the transaction's start: distinguishes Wh and kWh where the value has no unit.
 * @param context What is known of the transaction beside its start.
 */
export function readSample(
  values: readonly SampledValue[],
  meterStartWh?: number,
  { unitless = believedIfWhole, shown = new ShownPhases() }: SampleContext = {},
): Sample {
  const sample: Sample = { registerWh: undefined, powerW: undefined, currentA: undefined, signed: [] };
  const energy: PartValues = new Map();
  const power: PartValues = new Map();
  for (const value of values) {
    if (value.format === 'SignedData') {
      sample.signed.push(value.value);
      continue;
    }
    if ((value.location ?? 'Outlet') !== 'Outlet') continue;
    try {
      sample.currentA = mostOf(sample.currentA, phaseCurrentA(value));
      const measurand = value.measurand ?? ENERGY;
      if (measurand === ENERGY) {
        const decimals = energyDecimals(value, meterStartWh, unitless);
        addPart(energy, value.phase, thousandths(value.value, decimals));
      } else if (measurand === 'Power.Active.Import') {
        addPart(power, value.phase, thousandths(value.value, DECIMALS[value.unit ?? 'W']));
      }
    } catch (error) {
      if (!(error instanceof PlugpactError)) throw error;
    }
  }
  sample.registerWh = wholeNumber(shown.totalOf('energy', energy));
  sample.powerW = wholeNumber(shown.totalOf('power', power));
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
