import {
  isCount,
  isExactly,
  isFlag,
  isHex,
  isListOf,
  isObject,
  isOneOf,
  isText,
  isUnits,
  isUnitsText,
} from '../app/shape.ts';
import type { StoredKind } from '../app/storage.ts';
import type { StoredBooking } from './storedTypes.ts';

const isAddress = isHex(20);
const isWord = isHex(32);

const isBooking = isObject({
  listingId: isWord,
  connector: isHex(6),
  driver: isAddress,
  purse: isCount,
  generation: isUnits,
  sessionKey: isAddress,
  firstSlot: isCount,
  slotCount: isCount,
  money: isObject({ cap: isUnits, unsignedCost: isUnits, allowedCost: isUnits, relayFee: isUnits }),
  startHash: isWord,
  terms: isObject({
    host: isAddress,
    agentKey: isAddress,
    tariff: isUnits,
    bookingTerms: isUnits,
    metering: isUnits,
    meterKeyHash: isWord,
  }),
});

const isReading = isObject({
  bookingId: isWord,
  seq: isCount,
  energyWh: isCount,
  beganAt: isCount,
  endedAt: isCount,
  overstaySec: isCount,
  isFinal: isFlag,
  evidenceHash: isWord,
  registersCommitment: isWord,
});

const isStoredBooking = isObject(
  {
    bookingId: isWord,
    ref: isObject({ chainId: isCount, market: isAddress }),
    booking: isBooking,
    sessionPrivateKey: isWord,
    secret: isWord,
    needWh: isCount,
    createdAt: isCount,
  },
  {
    bookedTx: isWord,
    bookedAt: isCount,
    allow: isOneOf(isExactly('STEP'), isObject({ upTo: isUnits })),
    allowAt: isCount,
    proposedCost: isUnits,
    raise: isObject({ cost: isUnitsText, signature: isHex(65) }),
    card: isObject({ uid: isText }, { handedOverAt: isCount }),
    cardAt: isCount,
    startedAt: isCount,
    stopAskedAt: isCount,
    cosigned: isObject({ reading: isReading, agentSignature: isHex(65), sessionSignature: isHex(65) }),
    curve: isListOf(isListOf(isCount)),
    outcome: isObject({ reservationStatus: isText, settlementStatus: isText }),
    sealedLocation: isHex(),
    locationAt: isCount,
  },
);

/** Up to 0.1.0 two fields had other names, and nobody paid a relayer. */
function fromUnversioned({ ending, sealedPlace, ...old }: Record<string, unknown>): Record<string, unknown> {
  const booking = old.booking as { money: object };
  return {
    ...old,
    booking: { ...booking, money: { relayFee: 0n, ...booking.money } },
    ...(ending === undefined ? {} : { outcome: ending }),
    ...(sealedPlace === undefined ? {} : { sealedLocation: sealedPlace }),
  };
}

export const BOOKING_KIND: StoredKind<StoredBooking> = {
  version: 1,
  migrations: [fromUnversioned],
  isValid: isStoredBooking,
};
