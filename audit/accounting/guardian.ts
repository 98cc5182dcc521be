import type { Subject } from '../lib/discrepancy.ts';
import type { EventOf } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { type AccountBook, disagree } from './account-book.ts';

const PAUSE_MAX_SEC = 7 * 86_400;
const COOL_DOWN_SEC = 3 * PAUSE_MAX_SEC;

/** A pause by the guardian: within its role's time, not too long, and not too soon after the last one. */
export function applyPaused(
  book: AccountBook,
  { guardian }: MarketConstants,
  event: EventOf<'NewBookingsPaused'>,
): void {
  const until = Number(event.args.until);
  const latest = Math.min(event.at + PAUSE_MAX_SEC, guardian.endsAt);
  const from = book.pausedUntil === 0 ? 0 : book.pausedUntil + COOL_DOWN_SEC;
  const subject = { account: guardian.account, tx: event.tx };
  if (until <= event.at || until > latest) {
    disagree(book, 'guardian.pause', subject, `after ${event.at}, until ${latest} at most`, until);
  }
  if (event.at < from) disagree(book, 'guardian.pause', subject, `a pause from ${from} on`, event.at);
  book.pausedUntil = until;
}

/** Nothing may be listed or booked during the guardian's pause. */
export function checkNotPaused(book: AccountBook, subject: Subject, at: number): void {
  if (at < book.pausedUntil) disagree(book, 'guardian.paused', subject, `from ${book.pausedUntil} on`, at);
}
