import { accountEvents } from './accounts/events.ts';
import { bookingEvents } from './booking/events.ts';
import { markBookings } from './booking/marks.ts';
import type { IndexRules } from './chain/events.ts';
import { listingEvents } from './listing/events.ts';
import { markChargers, markIndexed, redrawAll } from './map/dirty.ts';
import { settlementEvents } from './settlement/events.ts';

/** What all rooms make of the ledger's events. */
export const INDEX_RULES: IndexRules = {
  handlers: { ...accountEvents, ...listingEvents, ...bookingEvents, ...settlementEvents },
  ...{ markChargers, markIndexed, redrawAll, markBookings },
};

/** The same, where nobody is told what a back-fill reads: it has happened long ago. */
export const rulesOf = (isNearHead: () => boolean): IndexRules => ({
  ...INDEX_RULES,
  async markBookings(tx, bookingIds) {
    if (isNearHead()) await markBookings(tx, bookingIds);
  },
});
