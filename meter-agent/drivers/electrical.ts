import { shiftedDecimal } from '../lib/decimal.ts';
import type { SampledValue } from './meter.ts';

/** Decimal texts as they were reported, by quantity (its unit in the name) and by phase or location. */
export type Measured = Record<string, Record<string, string>>;

/** Names by measurand and unit, and by how many digits the point moves for the name's unit. The first unit is the default. */
const QUANTITIES: Record<string, readonly (readonly [unit: string, name: string, digits: number])[]> = {
  Voltage: [['V', 'voltageV', 0]],
  'Current.Import': [['A', 'currentA', 0]],
  'Power.Active.Import': [
    ['W', 'powerW', 0],
    ['kW', 'powerW', 3],
  ],
  Temperature: [
    ['Celsius', 'temperatureC', 0],
    // So spelled in early editions of OCPP 1.6.
    ['Celcius', 'temperatureC', 0],
    ['Fahrenheit', 'temperatureF', 0],
    ['K', 'temperatureK', 0],
  ],
};

const OUTLET = 'Outlet';

/** Whose value it is: the phase, or `total`; the location where it is not the outlet, or where there are no phases. */
function keyOf({ measurand, phase, location = OUTLET }: SampledValue): string {
  if (measurand === 'Temperature') return location;
  const part = phase ?? 'total';
  return location === OUTLET ? part : `${part} ${location}`;
}

/** The quantity of a sample, its name and how far the point moves for it; undefined where it is none of these. */
const quantityOf = ({ format, measurand, unit }: SampledValue) => {
  const units = format === 'SignedData' ? undefined : QUANTITIES[measurand ?? ''];
  return units?.find(([known]) => known === (unit ?? units[0]?.[0]));
};

/** What the samples name, each by its quantity and its part: whether they can be read is not looked at. */
export function measuredNames(values: readonly SampledValue[]): string[] {
  const names: string[] = [];
  for (const value of values) {
    const quantity = quantityOf(value);
    if (quantity !== undefined) names.push(`${quantity[1]} ${keyOf(value)}`);
  }
  return names;
}

/** Voltage, current, power and temperature of samples, exactly as told. Of one that comes twice, the first counts. */
export function measuredOf(values: readonly SampledValue[]): Measured {
  const measured: Measured = {};
  for (const value of values) {
    const found = quantityOf(value);
    const text = found && shiftedDecimal(value.value, found[2]);
    if (found === undefined || text === undefined) continue;
    measured[found[1]] ??= {};
    const byKey = measured[found[1]] as Record<string, string>;
    byKey[keyOf(value)] ??= text;
  }
  return measured;
}
