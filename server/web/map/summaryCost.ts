import type { ChargerSummary } from '../../../protocol/api.ts';
import { uncappedCost } from '../app/uncappedCost.ts';

/** Expected cost in token units of a charge of `energyWh` at the charger's full power. */
export function summaryCost(
  charger: Pick<ChargerSummary, 'maxPowerW' | 'pricePerKwh' | 'pricePerHour' | 'flatFee'>,
  energyWh: number,
): bigint {
  const tariff = {
    pricePerKwh: BigInt(charger.pricePerKwh),
    pricePerHour: BigInt(charger.pricePerHour),
    flatFee: BigInt(charger.flatFee),
    overstayPerHour: 0n,
    overstayReserve: 0n,
    discountBp: 0n,
  };
  return uncappedCost(tariff, energyWh, Math.ceil((energyWh * 3_600) / charger.maxPowerW));
}
