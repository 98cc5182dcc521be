import fc from 'fast-check';
import { type Address, type Hex, toHex } from 'viem';
import { METER_ALGORITHM, type MeterAlgorithm } from '../../protocol/terms.ts';

const METER_ALGORITHMS = Object.keys(METER_ALGORITHM) as MeterAlgorithm[];

/** How many cases a property is tried on; `npm run test:deep` sets the variable. */
export const RUNS = { numRuns: process.env.PLUGPACT_DEEP ? 5_000 : 150, seed: 20_261_122 };

/** Asserts something of every drawn combination of values. */
export function forAll<T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  check: (...values: T) => void,
): void {
  const property = fc.property(fc.tuple(...arbitraries), (values) => {
    check(...(values as T));
  });
  fc.assert(property, RUNS);
}

/** An unsigned integer of at most `bits` bits, edges included often. */
export const uint = (bits: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });

export const uintNumber = (bits: number): fc.Arbitrary<number> => uint(bits).map(Number);

export const bytes = (size: number): fc.Arbitrary<Hex> =>
  uint(size * 8).map((value) => toHex(value, { size }));

/** Lower case, as unpacked words give it. */
export const address: fc.Arbitrary<Address> = bytes(20);

const tariff = fc.record({
  pricePerKwh: uint(48),
  pricePerHour: uint(48),
  overstayPerHour: uint(48),
  flatFee: uint(48),
  overstayReserve: uint(48),
  discountBp: uint(16),
});

const asciiText = fc.string({ unit: 'grapheme-ascii', maxLength: 11 });

export const terms = fc.record({
  host: address,
  agentKey: address,
  tariff,
  bookingTerms: fc.record({
    cancelUntilMin: uint(16),
    earlyStartMin: uint(16),
    noshowTimeoutMin: uint(16),
    lateStopMin: uint(16),
    minSlots: uint(16),
    maxSlots: uint(16),
    leadTimeMin: uint(16),
    horizonSlots: uint(16),
    noshowFee: uint(48),
    minCapPerSlot: uint(48),
  }),
  metering: fc.record({
    unsignedCost: uint(64),
    allowedCost: uint(64),
    maxPowerW: uint(32),
    meterAlgorithm: fc.constantFrom(...METER_ALGORITHMS),
    idTagPrefix: asciiText,
  }),
  meterKeyHash: bytes(32),
});

export const weeklyHours = fc.record({
  mask: uint(168),
  utcOffset: fc.integer({ min: -128, max: 127 }),
  offsetChangesAt: uintNumber(40),
  utcOffsetAfter: fc.integer({ min: -128, max: 127 }),
});

export const reading = fc.record({
  bookingId: bytes(32),
  seq: uintNumber(32),
  energyWh: uintNumber(48),
  beganAt: uintNumber(40),
  endedAt: uintNumber(40),
  overstaySec: uintNumber(32),
  isFinal: fc.boolean(),
  evidenceHash: bytes(32),
  registersCommitment: bytes(32),
});
