import fc from 'fast-check';
import { type Hex, zeroHash } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import type { ReadingJson } from '../../protocol/api.ts';
import { type Booking, bookingIdOf } from '../../protocol/booking.ts';
import { startHashOf } from '../../protocol/idTag.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { pageTerms } from './pageTerms.ts';

export const REF = { chainId: 31_337, market: '0x3333333333333333333333333333333333333333' } as const;
export const DRIVER = '0x4444444444444444444444444444444444444444';
export const FIRST_SLOT = 2_000_000;

const hex = (byte: number, bytes: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(bytes)}`;

/** A booking whose keys are its own, as the ledger has it. */
export function bookedOf(number: number): StoredBooking {
  const sessionPrivateKey = hex(number + 1, 32);
  const secret = hex(number + 101, 32);
  const booking: Booking = {
    listingId: zeroHash,
    connector: '0x0123456789ab',
    driver: DRIVER,
    purse: number % 4,
    generation: BigInt(number),
    sessionKey: privateKeyToAddress(sessionPrivateKey),
    firstSlot: FIRST_SLOT + 8 * number,
    slotCount: 4,
    money: { cap: 5_000_000n, unsignedCost: 0n, allowedCost: 0n, relayFee: 0n },
    startHash: startHashOf(secret),
    terms: toTermsStruct(pageTerms()),
  };
  const bookingId = bookingIdOf(REF, booking);
  const made = { needWh: 20_000, createdAt: 1_000 + number, bookedTx: hex(number, 32) };
  return { bookingId, ref: REF, booking, sessionPrivateKey, secret, ...made };
}

export const BOOKED = Array.from({ length: 5 }, (_, number) => bookedOf(number));

const small = fc.integer({ min: 0, max: 6 });
const signature = small.map((byte) => hex(byte, 65));

const readingOf = (bookingId: Hex): fc.Arbitrary<ReadingJson> =>
  fc.record({ seq: small, energyWh: small.map((n) => 250 * n), isFinal: fc.boolean() }).map((drawn) => ({
    ...{ bookingId, beganAt: 10, endedAt: 20, overstaySec: 0, ...drawn },
    ...{ evidenceHash: zeroHash, registersCommitment: zeroHash },
  }));

const outcome = fc
  .record({
    settlementStatus: fc.constantFrom('NONE' as const, 'SETTLED' as const),
    paid: fc.constantFrom(null, '1500000'),
    endedAt: small,
  })
  .map((drawn) => ({
    ...{ reservationStatus: 'FULFILLED' as const, contested: false, refunded: null, energyWh: null },
    ...{ ...drawn, endedTx: zeroHash },
  }));

/** What a device may have come to know and chosen of one booking. */
export const copyOf = (base: StoredBooking): fc.Arbitrary<StoredBooking> =>
  fc
    .record(
      {
        bookedAt: small,
        proposedCost: small.map(BigInt),
        startedAt: small,
        stopAskedAt: small,
        raise: fc.record({ cost: small.map(String), signature }),
        cosigned: fc.record({
          reading: readingOf(base.bookingId),
          agentSignature: signature,
          sessionSignature: signature,
        }),
        curve: fc.array(fc.tuple(small, small), { maxLength: 4 }),
        outcome,
        chosen: fc.record({
          allow: fc.oneof(
            fc.constant('STEP' as const),
            small.map((n) => ({ upTo: BigInt(n) })),
          ),
          allowAt: small,
        }),
        located: fc.record({ sealedLocation: small.map((byte) => hex(byte, 8)), locationAt: small }),
      },
      { requiredKeys: [] },
    )
    .map(({ chosen, located, ...drawn }) => ({
      ...base,
      ...drawn,
      ...chosen,
      ...(drawn.outcome === undefined ? located : {}),
    }));

/** What a device has: some of the bookings, each as far as it saw it. */
export const device: fc.Arbitrary<StoredBooking[]> = fc
  .subarray(BOOKED)
  .chain((bases) => fc.tuple(...bases.map(copyOf)));
