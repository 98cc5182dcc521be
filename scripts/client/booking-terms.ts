/** What a local charger asks of a booking: in the demo, at the start, and in tests. */
export const BOOKING_TERMS = {
  cancelUntilMin: 60n,
  earlyStartMin: 15n,
  noshowTimeoutMin: 30n,
  lateStopMin: 15n,
  minSlots: 1n,
  maxSlots: 96n,
  leadTimeMin: 0n,
  horizonSlots: 1_344n,
  noshowFee: 250_000n,
  minCapPerSlot: 10_000n,
};
