import { zeroHash } from 'viem';
import type { EventOf } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { named, readClaim, withBestProof } from '../rules/state.ts';
import { type AccountBook, disagree } from './account-book.ts';
import { claimedCostOf, provenPays, unchallengedCostOf } from './money-rules.ts';
import { checkWindow, enter, openBooking, requireState, subjectOf, windowEnd } from './open-bookings.ts';

/** The driver disputed what the agent alone claims above the co-signed and the allowed: the proof window begins. */
export function applyChallenged(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Challenged'>,
): void {
  const account = openBooking(book, event);
  if (account === undefined || !requireState(book, account, event, 'CLAIMED_ALONE')) return;
  checkWindow(book, event, 0, windowEnd(account, market));
  const [claimed, safe] = [claimedCostOf(account), unchallengedCostOf(account)];
  if (claimed <= safe) {
    disagree(book, 'challenge.nothingUnsigned', subjectOf(event), `a claim above ${safe}`, claimed);
  }
  const { head, claim } = account.state;
  enter(book, account, event, { head: named(head, 'CHALLENGED', event.at), claim });
}

/**
 * The meter's records proved energy: a better proof is stored, one that pays as much as the claim ends the booking. The
 * records themselves are in the transaction, not in the event: the audit takes the energy as the ledger's verifier found
 * it.
 */
export function applyProven(book: AccountBook, market: MarketConstants, event: EventOf<'Proven'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requireState(book, account, event, 'CHALLENGED')) return;
  checkWindow(book, event, 0, windowEnd(account, market));
  const { meterKeyHash } = account.booking.terms;
  if (meterKeyHash === zeroHash) {
    disagree(book, 'proof.noMeterKey', subjectOf(event), 'terms that pin a meter key', meterKeyHash);
  }
  const { provenWh } = event.args;
  const { head, claim } = account.state;
  const { bestProofWh } = readClaim(claim);
  if (provenPays(account, provenWh) >= claimedCostOf(account)) account.provenIn = event.tx;
  else if (provenWh <= bestProofWh) {
    disagree(book, 'proof.notBetter', subjectOf(event), `above ${bestProofWh} Wh`, provenWh);
  }
  enter(book, account, event, { head, claim: withBestProof(claim, provenWh) });
}
