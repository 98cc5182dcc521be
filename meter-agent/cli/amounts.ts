import { formatToken } from '../../protocol/units.ts';
import type { HistoryEntry } from '../status/history.ts';

/** Money as decimal text of the token; in plain units while the token's decimals are not known. */
export const decimalMoney = (units: bigint, token: HistoryEntry['token']): string =>
  token === null ? '' : formatToken(units, token.decimals);
