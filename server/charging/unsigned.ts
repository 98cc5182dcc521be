import { type Address, type Hex, isAddressEqual } from 'viem';
import { signerOf } from '../../protocol/signature.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { createLimit } from '../http/limits.ts';
import type { Services } from '../services.ts';
import { requireWatch } from './sessionKey.ts';

/** Limits what an agent gets that only the agent itself can check: anybody could send it, from any address. */
export interface UnsignedLimit {
  /** Counts one message to an agent. @throws HttpProblem 429 `limit.reached`. */
  count(agentKey: Address): Promise<void>;
  /** Counts one, unless the request carries the right to watch the booking, as its driver's device has it. */
  countUnlessWatching(authorization: string | undefined, booking: BookingWithTerms): Promise<void>;
  /** Counts one, unless the booking's host signed. A contract's signature is counted: the agent asks the ledger. */
  countUnlessHost(booking: BookingWithTerms, signature: Hex): Promise<void>;
}

export type WithUnsignedLimit = Services & { unsigned: UnsignedLimit };

export function withUnsignedLimit(services: Services): WithUnsignedLimit {
  const { limits, marketRef, now } = services;
  const count = createLimit(limits.unsigned, 'All who do not prove that they may');
  const unsigned: UnsignedLimit = {
    count,
    async countUnlessWatching(authorization, booking) {
      if (authorization === undefined) await count(booking.agentKey);
      else await requireWatch(marketRef(), booking, authorization, now());
    },
    async countUnlessHost({ bookingId, agentKey, host }, signature) {
      const signed = signerOf(marketRef(), 'HandoverApproval', { bookingId }, signature);
      const signer = await signed.catch(() => undefined);
      if (signer === undefined || !isAddressEqual(signer, host)) await count(agentKey);
    },
  };
  return { ...services, unsigned };
}
