import type { Hex } from 'viem';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { SOON_SEC } from '../../client/headless-driver.ts';

/** Where homes are listed, and what is known of them. */
export interface Listed {
  api: Pick<ApiClient, 'call'>;
  listingIdOf(chargePointId: string): Hex;
}

/**
 * The first of these homes at which a charge can begin now. A slot that was booked stays booked, also when its charge is
 * over or this program was started again: the next guest goes to another home. Undefined while there is none.
 */
export async function firstFreeHome(
  listed: Listed,
  chargePointIds: readonly string[],
  nowSec = Date.now() / 1_000,
): Promise<string | undefined> {
  const slot = Math.floor((nowSec + SOON_SEC) / SLOT_SEC);
  for (const chargePointId of chargePointIds) {
    const params = { listingId: listed.listingIdOf(chargePointId) };
    const { status, freeSlots } = await listed.api.call('getCharger', { params });
    if (status === 'AVAILABLE' && freeSlots.some(([first, count]) => slot >= first && slot < first + count))
      return chargePointId;
  }
  return undefined;
}
