import { costRoundedDown } from '../../../protocol/cost.ts';
import type { Tariff } from '../../../protocol/terms.ts';

/** The largest cap the ledger can keep (64 bits): a cost under it is the plain cost. */
const NO_CAP = (1n << 64n) - 1n;

/** Cost in token units of energy (Wh) and time (seconds), by the protocol's own function, with no cap in the way. */
export function plainCost(tariff: Tariff, energyWh: number, timeSec: number): bigint {
  const usage = { energyWh, beganAt: 0, endedAt: timeSec, overstaySec: 0 };
  return costRoundedDown({ ...tariff, overstayReserve: 0n }, usage, NO_CAP);
}
