import { type Address, type Hex, isAddressEqual } from 'viem';
import { type CompactSignature, fromReadingStruct, type Reading } from '../../protocol/reading.ts';
import { fromCompact, signerOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { type AccountBook, type BookingAccount, disagree, type MarketConstants } from './account-book.ts';
import type { EventOf } from './events.ts';
import { wordHex } from './state.ts';

/** Bits that the packed measure uses; the rest must be zero. */
const MEASURE_BITS = 193n;

const NO_SIGNER = 'no valid signature';

/** Who signed the message; undefined when the signature is invalid. */
export async function signerOfMessage(
  ref: MarketRef,
  type: 'Reading' | 'NoShow',
  message: Reading | { bookingId: Hex },
  signature: CompactSignature,
): Promise<Address | undefined> {
  return signerOf(ref, type, message as never, fromCompact(signature)).catch(() => undefined);
}

/** Checks a reading's form and its signatures, one or both, against the keys that the booking pins. */
export async function checkReading(
  book: AccountBook,
  market: MarketConstants,
  { bookingId, booking }: BookingAccount,
  event: EventOf<'Settled'> | EventOf<'Claimed'>,
  isAlone = false,
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
  for (const [code, key, signature] of isAlone ? signers.slice(0, 1) : signers) {
    const signer = await signerOfMessage(market, 'Reading', reading, signature);
    if (signer !== undefined && isAddressEqual(signer, key)) continue;
    disagree(book, code, subject, key, signer ?? NO_SIGNER);
  }
  return reading;
}
