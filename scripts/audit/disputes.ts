import { zeroHash } from 'viem';
import { FLAG, PHASE, unpackClaim, unpackHead } from '../../protocol/booking.ts';
import { type AccountBook, type BookingAccount, disagree, type MarketConstants } from './account-book.ts';
import { enter } from './claims.ts';
import type { EventOf } from './events.ts';
import { checkWindow, openBooking, requirePhase, subjectOf, windowEnd } from './open-bookings.ts';
import { withBestProof, withHead } from './state.ts';

/** The driver disputed what the agent alone claims: the driver risks the bond, and the proof window begins. */
export function applyChallenged(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'Challenged'>,
): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.CLAIMED)) return;
  checkContested(book, market, account, event);
  const { head, claim } = account.state;
  const next = { phase: PHASE.CHALLENGED, challengedAt: BigInt(event.at) };
  enter(book, account, event, { head: withHead(head, next), claim });
}

/**
 * The meter's records proved energy: a better proof is stored, a proof of all that is claimed ends the booking. The
 * records themselves are in the transaction, not in the event.
 */
export function applyProven(book: AccountBook, market: MarketConstants, event: EventOf<'Proven'>): void {
  const account = openBooking(book, event);
  if (account === undefined || !requirePhase(book, account, event, PHASE.CHALLENGED)) return;
  checkContested(book, market, account, event);
  const { meterKeyHash } = account.booking.terms;
  if (meterKeyHash === zeroHash) {
    disagree(book, 'proof.noMeterKey', subjectOf(event), 'terms that pin a meter key', meterKeyHash);
  }
  const { provenWh } = event.args;
  const { head, claim } = account.state;
  const { energyWh, bestProofWh } = unpackClaim(claim);
  if (provenWh >= energyWh) account.provenIn = event.tx;
  else if (provenWh <= bestProofWh) {
    disagree(book, 'proof.notBetter', subjectOf(event), `above ${bestProofWh} Wh`, provenWh);
  }
  enter(book, account, event, { head, claim: withBestProof(claim, provenWh) });
}

/** Requires a unilateral claim whose window has not ended. */
function checkContested(
  book: AccountBook,
  market: MarketConstants,
  account: BookingAccount,
  event: EventOf<'Challenged'> | EventOf<'Proven'>,
): void {
  if ((unpackHead(account.state.head).flags & FLAG.AGENT_ALONE) === 0n) {
    disagree(book, 'challenge.nothingUnsigned', subjectOf(event), 'a claim by the agent alone', 'none');
  }
  checkWindow(book, event, 0, windowEnd(account, market));
}
