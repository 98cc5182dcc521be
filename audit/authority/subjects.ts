import type { Act } from '../calldata/acts.ts';
import { type BookingStruct, bookingIdOf } from '../rules/booking.ts';
import type { LedgerEvent } from '../rules/events.ts';
import { type ListingStruct, listingIdOf } from '../rules/listing.ts';
import { termsHash } from '../rules/listing-terms.ts';
import type { MarketRef } from '../rules/signed-types.ts';

/** What an act and an event have in common when the one caused the other. */
export type SubjectKey = string;

/** Money is about who said so, which is what is checked: these acts are matched by kind alone. */
const MONEY_IN: SubjectKey = 'in';
const MONEY_OUT: SubjectKey = 'out';
const PAUSE: SubjectKey = 'pause';
const FEE: SubjectKey = 'fee';

const listingKey = ({ terms, place }: ListingStruct): SubjectKey =>
  listingIdOf(terms.agentKey, place.connector);

const bookingKey = (market: MarketRef, booking: BookingStruct): SubjectKey =>
  bookingIdOf(market, booking, termsHash(booking.terms));

/** The subjects of an act: more than one where it logs more than one event. */
export function subjectsOfAct(market: MarketRef, act: Act): SubjectKey[] {
  switch (act.name) {
    case 'publishListing':
    case 'setListingStatus':
      return [listingKey(act.args[0])];
    case 'updateListing':
      return [listingKey(act.args[1])];
    case 'book':
      return [bookingKey(market, act.args[0].booking), FEE];
    case 'bookAsDriver':
    case 'bookByWallet':
    case 'bookOffer':
      return [bookingKey(market, act.args[0]), FEE];
    case 'fundAndBook':
      return [bookingKey(market, act.args[0]), MONEY_IN, FEE];
    case 'cancelByDriver':
    case 'cancelByHost':
    case 'arrived':
    case 'challenge':
    case 'prove':
      return [bookingKey(market, act.args[0])];
    case 'pauseNewBookings':
      return [PAUSE];
    default:
      return moneySubjects(act);
  }
}

function moneySubjects({ name }: Act): SubjectKey[] {
  switch (name) {
    case 'deposit':
    case 'depositWithPermit':
    case 'depositWithAuthorization':
      return [MONEY_IN];
    case 'withdraw':
    case 'withdrawEarnings':
      return [MONEY_OUT];
    case 'withdrawBySignature':
    case 'withdrawEarningsBySignature':
      return [MONEY_OUT, FEE];
    default:
      return [];
  }
}

export function subjectOfEvent({ eventName, args }: LedgerEvent): SubjectKey {
  switch (eventName) {
    case 'ListingPublished':
    case 'ListingStatusChanged':
      return args.listingId;
    case 'Deposited':
      return MONEY_IN;
    case 'Withdrawn':
    case 'EarningsWithdrawn':
      return MONEY_OUT;
    case 'NewBookingsPaused':
      return PAUSE;
    case 'RelayFeePaid':
      return FEE;
    default:
      return 'bookingId' in args ? args.bookingId : '';
  }
}
