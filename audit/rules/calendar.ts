import { numberAt } from './bits.ts';

/** contracts/libraries/Calendar.sol: the top 32 bits of a word are its epoch, a bit for each taken slot below. */
export const SLOTS_PER_WORD = 224;
export const RING_WORDS = 8;

/** No slot is booked further ahead: two epochs of one word would both be in the future (rule 14). */
export const HORIZON_SLOTS = SLOTS_PER_WORD * (RING_WORDS - 1);

/** Slots of one booking at most. */
export const MAX_SLOTS = 96;

/** Where in a charger's ring a slot is. */
export function slotPosition(slot: number): { index: number; epoch: number; bit: bigint } {
  const epoch = Math.floor(slot / SLOTS_PER_WORD);
  return { index: epoch % RING_WORDS, epoch, bit: 1n << BigInt(slot % SLOTS_PER_WORD) };
}

export const calendarWord = (epoch: number, slots: bigint): bigint =>
  (BigInt(epoch) << BigInt(SLOTS_PER_WORD)) | slots;

export const epochOf = (word: bigint): number => numberAt(word, SLOTS_PER_WORD, 32);
