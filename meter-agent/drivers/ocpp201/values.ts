import type { MeterValue } from '../charge-point-events.ts';
import { readSample } from '../meter.ts';
import type { MeterValue201, SampledValue201 } from './messages.ts';

type SampledValue = MeterValue['sampledValue'][number];

/**
 * A number with its power of ten as decimal text, exactly: JavaScript writes the shortest text that means the number,
 * and the multiplier goes into the exponent. `0.15002` and 3 become `0.15002e3`.
 */
export function decimalText(value: number | string, multiplier: number): string {
  if (multiplier === 0) return String(value);
  const [digits = '', exponent = '0'] = String(value).toLowerCase().split('e');
  return `${digits}e${Number(exponent) + multiplier}`;
}

/** A value of OCPP 2 as one of 1.6; a signed one becomes two, the register and its record. */
function sampledValues(sampled: SampledValue201): SampledValue[] {
  const { value, context, measurand, phase, location, unitOfMeasure, signedMeterValue: record } = sampled;
  const text = decimalText(value, unitOfMeasure?.multiplier ?? 0);
  const raw: SampledValue = { value: text, context, measurand, phase, location, unit: unitOfMeasure?.unit };
  if (record === undefined) return [raw];
  return [raw, { value: JSON.stringify(record), context, format: 'SignedData' }];
}

export const toMeterValues = (values: readonly MeterValue201[] = [], seqNo?: number): MeterValue[] =>
  values.map(({ timestamp, sampledValue }) => ({
    timestamp,
    ...(seqNo === undefined ? {} : { seqNo }),
    sampledValue: sampledValue.flatMap(sampledValues),
  }));

const isSigned = ({ format }: SampledValue): boolean => format === 'SignedData';
const isBegin = ({ context }: SampledValue): boolean => context === 'Transaction.Begin';

function filtered(values: MeterValue[], keeps: (value: SampledValue) => boolean): MeterValue[] {
  return values
    .map((value) => ({ ...value, sampledValue: value.sampledValue.filter(keeps) }))
    .filter(({ sampledValue }) => sampledValue.length > 0);
}

/** Signed records only: their registers are known already, or are older. */
export const signedOnly = (values: MeterValue[]): MeterValue[] => filtered(values, isSigned);

/** Without the register of the beginning, which stations repeat at the end. */
export const withoutBegin = (values: MeterValue[]): MeterValue[] =>
  filtered(values, (value) => isSigned(value) || !isBegin(value));

/** Total imported energy in Wh of the first value that has it. */
function firstRegisterWh(values: MeterValue[]): number | undefined {
  for (const { sampledValue } of values) {
    const { registerWh } = readSample(sampledValue);
    if (registerWh !== undefined) return registerWh;
  }
  return undefined;
}

/** Register at which a transaction began. */
export const beginRegisterWh = (values: MeterValue[]): number | undefined =>
  firstRegisterWh(filtered(values, isBegin)) ?? firstRegisterWh(values);

/** Register at which it ended. `meterStartWh` distinguishes Wh and kWh where the value has no unit. */
export function endRegisterWh(values: MeterValue[], meterStartWh: number): number | undefined {
  const ends = filtered(values, ({ context }) => context === 'Transaction.End');
  const latest = (ends.length > 0 ? ends : withoutBegin(values)).toReversed();
  for (const { sampledValue } of latest) {
    const { registerWh } = readSample(sampledValue, meterStartWh);
    if (registerWh !== undefined) return registerWh;
  }
  return undefined;
}
