import { costRoundedDown } from '../../../protocol/cost.ts';
import type { Tariff } from '../../../protocol/terms.ts';

/** The largest cap that the ledger can store (64 bits), which no cost reaches. */
const NO_CAP = (1n << 64n) - 1n;

/** Cost in token units of energy (Wh) and time (seconds) without a cap, by the protocol's own function. */
export function uncappedCost(tariff: Tariff, energyWh: number, timeSec: number): bigint {
  const usage = { energyWh, beganAt: 0, endedAt: timeSec, overstaySec: 0 };
  return costRoundedDown({ ...tariff, overstayReserve: 0n }, usage, NO_CAP);
}
