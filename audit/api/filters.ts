import { type Draw, oneOf } from './drawing.ts';
import type { PlacedCharger } from './placed-charger.ts';

/** What a search asks of a charger, by the names of its parameters; only what the ledger decides. */
export interface Filters {
  connector?: string;
  minPowerW?: number;
  maxPricePerKwh?: bigint;
  assurance?: 'meter-signed';
}

/** Filters that this charger is at the edge of: it fits, or just does not. */
export function drawFilters(draw: Draw, { connectorStandard, maxPowerW, tariff }: PlacedCharger): Filters {
  const filters: readonly [Filters, ...Filters[]] = [
    {},
    { connector: connectorStandard },
    { minPowerW: maxPowerW + draw(2) },
    { maxPricePerKwh: tariff.pricePerKwh > 0n ? tariff.pricePerKwh - BigInt(draw(2)) : 0n },
    { assurance: 'meter-signed' },
    { connector: 'DOMESTIC_F,IEC_62196_T2', minPowerW: maxPowerW },
  ];
  return oneOf(draw, filters);
}

export const isFitting = (filters: Filters, charger: PlacedCharger): boolean =>
  (filters.connector?.split(',').includes(charger.connectorStandard) ?? true) &&
  charger.maxPowerW >= (filters.minPowerW ?? 0) &&
  (filters.maxPricePerKwh === undefined || charger.tariff.pricePerKwh <= filters.maxPricePerKwh) &&
  (filters.assurance === undefined || charger.assuranceLevel === filters.assurance);

/** Parameters of a search; those without a value are left out. */
export const queryOf = (parameters: object): string =>
  Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
