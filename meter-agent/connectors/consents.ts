import { type Address, type Hex, isAddressEqual } from 'viem';
import type { Journal } from '../journal/journal.ts';

/** The host to whom this agent gave its consent for a listing, and until when the ledger takes it (unix seconds). */
export interface Consent {
  host: Address;
  validUntil: number;
}

const NOTE = 'consents';

type Notes = Pick<Journal, 'note' | 'setNote'>;

const consents = (journal: Pick<Notes, 'note'>): Record<Hex, Consent> =>
  journal.note<Record<Hex, Consent>>(NOTE) ?? {};

export const consentOf = (journal: Pick<Notes, 'note'>, listingId: Hex): Consent | undefined =>
  consents(journal)[listingId];

/** On disk before the consent leaves the agent. */
export const keepConsent = (journal: Notes, listingId: Hex, consent: Consent): void =>
  journal.setNote(NOTE, { ...consents(journal), [listingId]: consent });

/** A listing is served only if this agent itself gave its consent, to that host: a thief of the key publishes others. */
export function isListingServed(journal: Pick<Notes, 'note'>, listingId: Hex, host: Address): boolean {
  const consent = consentOf(journal, listingId);
  return consent !== undefined && isAddressEqual(consent.host, host);
}
