import type { Hex } from 'viem';
import type { AccountBook } from '../accounting/account-book.ts';
import { type Verdict, verdict } from '../lib/discrepancy.ts';
import type { LedgerEvent } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { bundlesIn } from './bundle-files.ts';
import { bundlesOfApi, SESSION_VARIABLE } from './bundles-of-api.ts';
import { checkEvidenceOf } from './check-evidence.ts';
import { meterKeysOf, sessionFacts } from './session-facts.ts';

export interface EvidenceResult {
  verdict: Verdict;
  /** The signed meter values of each session whose bundle has the ledger's hash, as the meter signed them. */
  records: Map<Hex, string[]>;
}

/**
 * Holds the bundles of a folder, or those that an API hands out, against the ledger's bookings. Without a source nothing is
 * checked.
 *
 * @param source A folder, or the origin of an API, which knows the account by the cookie in `PLUGPACT_API_SESSION`.
 * @throws AuditError `audit.evidence` where the source cannot be read.
 */
export async function auditEvidence(
  source: string | undefined,
  book: AccountBook,
  events: () => readonly LedgerEvent[],
  market: MarketConstants,
): Promise<EvidenceResult> {
  const records = new Map<Hex, string[]>();
  if (source === undefined) return { verdict: verdict(), records };
  const keys = meterKeysOf(events());
  const sessions = new Map(
    [...book.bookings.values()].map((account) => [account.bookingId, sessionFacts(account, market, keys)]),
  );
  const bundles = /^https?:/.test(source)
    ? bundlesOfApi(source, process.env[SESSION_VARIABLE], sessions.values())
    : bundlesIn(source);
  const found = await checkEvidenceOf(bundles, sessions, market, ({ facts, report }) => {
    records.set(facts.bookingId, [...new Set(report.records)]);
  });
  return { verdict: found, records };
}
