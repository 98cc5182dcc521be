import { SLOT_SEC } from '../../protocol/slots.ts';
import { waitFor } from '../../scripts/lib/wait.ts';

/** The page books no slot that ends within 45 s; the rest is for the clicks of a slow machine. */
const LEFT_SEC = 90;

/**
 * Waits until the slot that runs has time left. A booking that the page makes then begins in that slot, so that a charge
 * can start at once; one made later begins with the next slot, and a card held before that is refused.
 */
export const untilSlotHasTime = (): Promise<true> =>
  waitFor('a slot with time left', () => SLOT_SEC - ((Date.now() / 1_000) % SLOT_SEC) > LEFT_SEC, {
    timeoutMs: (LEFT_SEC + 10) * 1_000,
  }) as Promise<true>;
