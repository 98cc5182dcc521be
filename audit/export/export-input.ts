import type { Hex } from 'viem';
import type { AccountBook } from '../accounting/account-book.ts';
import type { LedgerEvent } from '../rules/events.ts';
import type { MarketRef } from '../rules/signed-types.ts';

/** What the audit recomputed, as far as other tools read it. */
export interface ExportInput {
  constants: MarketRef;
  book: AccountBook;
  events: () => readonly LedgerEvent[];
  token: { symbol: string; decimals: number };
  /** Signed meter values of sessions whose evidence has the ledger's hash. */
  records: ReadonlyMap<Hex, readonly string[]>;
}
