import type { ChargerSummary } from '../../../protocol/api.ts';
import { uncappedCost } from '../app/uncappedCost.ts';

/** Expected cost in token units of so much energy in so many seconds. */
export function summaryCost(
  charger: Pick<ChargerSummary, 'pricePerKwh' | 'pricePerHour' | 'flatFee'>,
  energyWh: number,
  chargingSec: number,
): bigint {
  const tariff = {
    pricePerKwh: BigInt(charger.pricePerKwh),
    pricePerHour: BigInt(charger.pricePerHour),
    flatFee: BigInt(charger.flatFee),
    overstayPerHour: 0n,
    overstayReserve: 0n,
    discountBp: 0n,
  };
  return uncappedCost(tariff, energyWh, chargingSec);
}
