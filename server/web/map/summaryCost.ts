import type { ChargerSummary } from '../../../protocol/api.ts';
import { plainCost } from '../app/uncappedCost.ts';

/** Token units that a charge of so much energy is expected to cost, at the charger's full power. */
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
  };
  return plainCost(tariff, energyWh, Math.ceil((energyWh * 3_600) / charger.maxPowerW));
}
