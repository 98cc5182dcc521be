import type { Hex } from 'viem';
import type { TermsStruct } from '../../protocol/terms.ts';
import { LedgerContradiction } from './contradiction.ts';
import type { At } from './events.ts';
import type { TermsRow, UnitOfWork } from './unit-of-work.ts';

/**
 * The terms of a listing's current version.
 *
 * @throws LedgerContradiction where the listing was not published.
 */
export function listedTerms(unit: UnitOfWork, at: At, listingId: Hex): TermsRow {
  const listing = unit.listings.current(listingId);
  const terms = listing && unit.terms(listing.termsHash);
  if (terms === undefined)
    throw new LedgerContradiction(at.block, `Listing ${listingId} must be published before it is booked.`);
  return terms;
}

/** Terms as the struct that the contracts take. */
export function toTermsStruct(row: Omit<TermsRow, 'termsHash' | 'fromBlock'>): TermsStruct {
  return {
    host: row.host,
    agentKey: row.agentKey,
    tariff: BigInt(row.tariff),
    bookingTerms: BigInt(row.bookingTerms),
    metering: BigInt(row.metering),
    meterKeyHash: row.meterKeyHash,
  };
}
