import { SLOT_SEC } from '../../../protocol/slots.ts';

/** Seconds of a booking's slots in which power can flow: of the slot that has begun, what is left. */
export const usableSec = (firstSlot: number, slotCount: number, nowSec: number): number =>
  Math.max(0, (firstSlot + slotCount) * SLOT_SEC - Math.max(nowSec, firstSlot * SLOT_SEC));
