import { formatKwh } from '../../protocol/units.ts';
import { entryWithFormerNames } from '../status/former-names.ts';
import type { HistoryEntry } from '../status/history.ts';
import { decimalMoney } from './amounts.ts';

/** A session as the JSON export has it: money in units and as decimal text, energy in Wh and as kWh text. */
export function jsonEntry(entry: HistoryEntry): object {
  const { cost, paid, token, reading, ...rest } = entryWithFormerNames(entry);
  const money = (units: bigint) => ({
    units: String(units),
    decimal: decimalMoney(units, token),
    currency: token?.symbol ?? null,
  });
  return {
    ...rest,
    reading: reading && { ...reading, energyKwh: formatKwh(reading.energyWh) },
    cost: money(cost),
    paid: paid === null ? null : money(paid),
  };
}
