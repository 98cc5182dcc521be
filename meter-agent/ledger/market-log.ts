import type { AbiEvent, Log } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { OUTCOME } from '../../protocol/state.ts';

const NAMES = new Set([
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

/** The market events that an agent follows. */
export const EVENTS = plugpactMarketAbi.filter(
  (entry) => entry.type === 'event' && NAMES.has(entry.name),
) as readonly AbiEvent[];

const ENDS: Record<string, string> = {
  Canceled: 'CANCELED',
  Settled: 'FULFILLED',
  SettledAlone: 'FULFILLED',
  NoShowContested: 'NO_SHOW',
  Expired: 'FAILED',
};

/** OCPI's status of a booking that this event ended; null if it did not end one. */
export function endOf(eventName: string, args: Record<string, unknown>): string | null {
  if (eventName === 'Finalised') return OUTCOME[args.outcome as keyof typeof OUTCOME];
  return ENDS[eventName] ?? null;
}

/** A decoded log; `strict` decoding guarantees all arguments. */
export type MarketLog = Log<bigint, number, false> & { eventName: string; args: Record<string, unknown> };
