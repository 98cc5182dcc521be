import type { AbiEvent, Log } from 'viem';
import { plugpactMarketAbi } from '../protocol/abi.ts';

const NAMES = new Set([
  'ListingPublished',
  'Booked',
  'Canceled',
  'Claimed',
  'Settled',
  'Finalised',
  'Expired',
]);

/** The market's events that an agent follows. */
export const EVENTS = plugpactMarketAbi.filter(
  (entry) => entry.type === 'event' && NAMES.has(entry.name),
) as readonly AbiEvent[];

/** Events that end a booking, with OCPI's word for how. */
export const ENDS: Record<string, string> = {
  Canceled: 'CANCELED',
  Settled: 'FULFILLED',
  Finalised: 'FULFILLED',
  Expired: 'FAILED',
};

/** A decoded log; `strict` decoding guarantees all arguments. */
export type MarketLog = Log<bigint, number, false> & { eventName: string; args: Record<string, unknown> };
