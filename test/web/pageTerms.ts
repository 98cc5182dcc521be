import { zeroHash } from 'viem';
import type { Terms } from '../../protocol/terms.ts';

/** Terms of an 11 kW charger at 0.25 per kWh, in a token of six decimals. */
export const pageTerms = (): Terms => ({
  host: '0x1111111111111111111111111111111111111111',
  agentKey: '0x2222222222222222222222222222222222222222',
  tariff: {
    pricePerKwh: 250_000n,
    pricePerHour: 0n,
    overstayPerHour: 2_000_000n,
    flatFee: 0n,
    overstayReserve: 1_000_000n,
    discountBp: 0n,
  },
  bookingTerms: {
    cancelUntilMin: 60n,
    earlyStartMin: 0n,
    noshowTimeoutMin: 30n,
    lateStopMin: 15n,
    minSlots: 1n,
    maxSlots: 96n,
    leadTimeMin: 0n,
    horizonSlots: 1_344n,
    noshowFee: 20_000n,
    minCapPerSlot: 0n,
  },
  metering: {
    unsignedCost: 1_250_000n,
    allowedCost: 1_025_000n,
    maxPowerW: 11_000n,
    meterAlgorithm: 'none',
    idTagPrefix: '',
  },
  meterKeyHash: zeroHash,
});
