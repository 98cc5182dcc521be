import { applyDeposited, applyEarningsWithdrawn, applyWithdrawn, checkSum } from './accounts.ts';
import { type Book, disagree, emptyBook, type MarketConstants } from './book.ts';
import { applyBooked, type RelayFee } from './bookings.ts';
import type { LedgerEvent } from './events.ts';
import { applyListingPublished, applyListingStatusChanged } from './listings.ts';
import { applyCanceled, applyClaimed, applyExpired, applyFinalised, applySettled } from './settlements.ts';

/**
 * Rebuilds the book of accounts from the market's events, in the order of the ledger, and names every place
 * where an event breaks a rule or says another sum than the recomputed one. Reads nothing else: no node, no
 * clock. The book holds the recomputed sums; an event that no rule allows changes no account.
 */
export async function rebuild(market: MarketConstants, events: readonly LedgerEvent[]): Promise<Book> {
  const book = emptyBook();
  let relayed: RelayFee | undefined;
  for (const event of events) {
    if (relayed !== undefined && !isCarriedBy(event, relayed)) relayed = dropFee(book, relayed);
    await apply(book, market, event, relayed);
    relayed = event.eventName === 'RelayFeePaid' ? event : undefined;
  }
  if (relayed !== undefined) dropFee(book, relayed);
  checkSum(book);
  return book;
}

/** The fee stands right before the booking that it was paid for. */
const isCarriedBy = (event: LedgerEvent, fee: RelayFee): boolean =>
  event.eventName === 'Booked' && event.tx === fee.tx;

function dropFee(book: Book, fee: RelayFee): undefined {
  const subject = { account: fee.args.relayer, tx: fee.tx };
  disagree(book, 'relayFee.mismatch', subject, 'a booking in the same transaction', fee.args.amount);
}

async function apply(
  book: Book,
  market: MarketConstants,
  event: LedgerEvent,
  relayed: RelayFee | undefined,
): Promise<void> {
  switch (event.eventName) {
    case 'Deposited':
      return applyDeposited(book, event);
    case 'Withdrawn':
      return applyWithdrawn(book, event);
    case 'EarningsWithdrawn':
      return applyEarningsWithdrawn(book, event);
    case 'RelayFeePaid':
      return;
    case 'ListingPublished':
      return applyListingPublished(book, event);
    case 'ListingStatusChanged':
      return applyListingStatusChanged(book, event);
    case 'Booked':
      return applyBooked(book, market, event, relayed);
    case 'Claimed':
      return applyClaimed(book, market, event);
    case 'Settled':
      return applySettled(book, market, event);
    case 'Finalised':
      return applyFinalised(book, market, event);
    case 'Expired':
      return applyExpired(book, market, event);
    case 'Canceled':
      return applyCanceled(book, market, event);
    default:
      // A rule that the audit does not know must not pass as reconciled.
      return disagree(
        book,
        'event.unsupported',
        { tx: event.tx },
        'an event of known rules',
        event.eventName,
      );
  }
}
