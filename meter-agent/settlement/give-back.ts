import { SLOT_SEC } from '../../protocol/slots.ts';
import type { Session } from '../session/types.ts';
import type { Moment } from './moment.ts';

/**
 * The first slot (unix seconds / 900) that a driver who has unplugged gives back, where one has not begun (rule 30);
 * undefined where there is none, or the car was not seen to leave.
 */
export function giveBackFrom(session: Session | undefined, moment: Moment): number | undefined {
  const { booking, headSec, isUnclaimed } = moment;
  const unpluggedAt = session?.unpluggedAt ?? null;
  if (unpluggedAt === null || !isUnclaimed) return undefined;
  const notBegun = (at: number) => Math.floor(at / SLOT_SEC) + 1;
  // By the unplug, not by now: a call that is sent again is the same call.
  const from = Math.max(booking.firstSlot, notBegun(unpluggedAt));
  const end = booking.firstSlot + booking.slotCount;
  return Math.max(from, notBegun(headSec)) < end ? from : undefined;
}
