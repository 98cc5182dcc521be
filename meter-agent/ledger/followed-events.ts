import type { MarketEvent, MarketEventName } from '../../protocol/ledger/events.ts';
import { OUTCOME } from '../../protocol/state.ts';

/** The market events that an agent follows. */
export const FOLLOWED_EVENTS: ReadonlySet<MarketEventName> = new Set<MarketEventName>([
  'ListingPublished',
  'ListingStatusChanged',
  'Booked',
  'OfferTaken',
  'Arrived',
  'Canceled',
  'Claimed',
  'ClaimedAlone',
  'NoShowClaimed',
  'Challenged',
  'Proven',
  'Settled',
  'SettledAlone',
  'SlotsGivenBack',
  'Finalised',
  'NoShowContested',
  'Expired',
]);

const ENDS: Partial<Record<MarketEventName, string>> = {
  Canceled: 'CANCELED',
  Settled: 'FULFILLED',
  SettledAlone: 'FULFILLED',
  NoShowContested: 'NO_SHOW',
  Expired: 'FAILED',
};

/** OCPI's status of a booking that this event ended; null if it did not end one. */
export function endOf(event: MarketEvent): string | null {
  if (event.name === 'Finalised') return OUTCOME[event.args.outcome as keyof typeof OUTCOME];
  return ENDS[event.name] ?? null;
}
