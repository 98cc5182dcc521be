import fc from 'fast-check';
import { zeroHash } from 'viem';
import { expect, test } from 'vitest';
import type { ExportInput } from '../../../audit/export/export-input.ts';
import { ocpiCdrs } from '../../../audit/export/ocpi-cdrs.ts';
import { bytes, RUNS, uint } from '../../protocol/arbitraries.ts';
import { cdr } from '../../support/ocpi/cdrs.ts';

/** Unix seconds from 1970 to 2242. */
const time = uint(33).map(Number);
const word = (bits: number) => uint(bits).map(Number);

const account = fc
  .record({
    ...{ bookingId: bytes(32), listingId: bytes(32), outcome: fc.constantFrom('FULFILLED', 'NO_SHOW') },
    ...{ at: time, beganAt: time, chargedSec: word(20), overstaySec: word(20), hasReading: fc.boolean() },
    ...{
      paid: uint(64),
      energyWh: word(48),
      firstSlot: word(23),
      slotCount: fc.integer({ min: 1, max: 672 }),
    },
  })
  .map(({ listingId, outcome, at, beganAt, chargedSec, overstaySec, hasReading, ...drawn }) => {
    const isSession = outcome === 'FULFILLED' && hasReading;
    const terms = { meterKeyHash: zeroHash, metering: 0n };
    return {
      ...{ bookingId: drawn.bookingId, paid: drawn.paid + 1n, energyWh: isSession ? drawn.energyWh : 0 },
      booking: { listingId, terms, firstSlot: drawn.firstSlot, slotCount: drawn.slotCount },
      end: { outcome, stamp: { at } },
      ...(isSession && { reading: { beganAt, endedAt: beganAt + chargedSec, overstaySec } }),
    };
  });

/** Signed records as meters write them: whole, with a line break, and longer than OCPI has room for. */
const record = fc.constantFrom(
  'OCMF|{"RD":[{"TX":"B","RV":1}]}|{"SD":"30"}',
  'OCMF|{"RD":[\n{"TX":"E","RV":2}]}|{"SD":"30"}',
  `OCMF|{"CI":"${'x'.repeat(600)}","RD":[{"TX":"C"}]}|{"SD":"30"}`,
  `OCMF|{"CI":"${'x'.repeat(4_000)}"}|{"SD":"30"}`,
);

const input = fc
  .record({
    ...{ account, records: fc.array(record, { maxLength: 3 }), location: uint(120) },
    decimals: fc.constantFrom(0, 6, 18, 77),
    symbol: fc.oneof(fc.constantFrom('DUSD', 'A\nB'), fc.string({ unit: 'binary', maxLength: 300 })),
  })
  .map(({ account: one, records, location, ...token }) => {
    const { listingId } = one.booking;
    const listing = { listingId, listing: { place: { location } } };
    return {
      constants: { chainId: 1, market: `0x${'12'.repeat(20)}` },
      book: { bookings: new Map([[one.bookingId, one]]), listings: new Map([[listingId, listing]]) },
      ...{ events: () => [], token, records: new Map([[one.bookingId, records]]) },
    } as unknown as ExportInput;
  });

// A schema from the text of the standard, not from the server's own.
test('a session and a no-show are records of OCPI 2.2.1, 10.3.1, whatever the token is called', () =>
  fc.assert(
    fc.property(input, (recounted) => {
      const sent = JSON.parse(JSON.stringify(ocpiCdrs(recounted))) as unknown[];
      expect(sent.map((one) => cdr.safeParse(one).error)).toEqual([undefined]);
    }),
    RUNS,
  ));
