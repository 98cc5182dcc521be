import { type Address, isAddressEqual } from 'viem';
import { type CompactSignature, fromReadingStruct, type Reading } from '../../protocol/reading.ts';
import { fromCompact, signerOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { type Book, type BookingAccount, disagree, type MarketConstants } from './book.ts';
import type { EventOf } from './events.ts';
import { wordHex } from './state.ts';

/** Bits that the packed measure uses; the rest must be zero. */
const MEASURE_BITS = 193n;

const NO_SIGNER = 'no valid signature';

async function signerOfReading(
  ref: MarketRef,
  reading: Reading,
  signature: CompactSignature,
): Promise<Address | typeof NO_SIGNER> {
  try {
    return await signerOf(ref, 'Reading', reading, fromCompact(signature));
  } catch {
    return NO_SIGNER;
  }
}

/** Checks a reading's form and both its signatures against the keys that the booking pins. */
export async function checkReading(
  book: Book,
  market: MarketConstants,
  { bookingId, booking }: BookingAccount,
  event: EventOf<'Settled'> | EventOf<'Claimed'>,
): Promise<Reading> {
  const { args, tx } = event;
  const subject = { bookingId, tx };
  const reading = fromReadingStruct(bookingId, args.reading);
  if (args.reading.measure >> MEASURE_BITS !== 0n) {
    disagree(book, 'reading.malformed', subject, 'spare bits zero', wordHex(args.reading.measure));
  }
  if (reading.endedAt < reading.beganAt) {
    disagree(book, 'reading.timeReversed', subject, `endedAt from ${reading.beganAt}`, reading.endedAt);
  }
  const signers = [
    ['reading.agentSignature', booking.terms.agentKey, args.agentSignature],
    ['reading.sessionSignature', booking.sessionKey, args.sessionSignature],
  ] as const;
  for (const [code, key, signature] of signers) {
    const signer = await signerOfReading(market, reading, signature);
    if (signer === NO_SIGNER || !isAddressEqual(signer, key)) disagree(book, code, subject, key, signer);
  }
  return reading;
}
