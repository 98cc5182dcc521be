import fc from 'fast-check';
import { formatUnits, parseUnits, zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import type { BookingResponse } from '../../protocol/api.ts';
import { totalsOf } from '../../server/web/history/allBookings.ts';
import { csvField, csvOf } from '../../server/web/history/csv.ts';

const TOKEN = { address: '0x3333333333333333333333333333333333333333', symbol: 'DUSD', decimals: 6 } as const;

/** A reader of RFC 4180 of its own: lines of fields. */
function parsed(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
}

const hex = (bytes: number) => `0x${'ab'.repeat(bytes)}` as const;

const booking = (change: Partial<BookingResponse>): BookingResponse => ({
  ...{
    bookingId: hex(32),
    listingId: hex(32),
    driver: hex(20),
    purse: 0,
    generation: '0',
    sessionKey: hex(20),
  },
  ...{
    firstSlot: 2_000_000,
    slotCount: 4,
    cap: '5000000',
    unsignedCost: '0',
    allowedCost: '0',
    relayFee: '0',
  },
  ...{ startHash: zeroHash, reservationStatus: 'FULFILLED' as const, settlementStatus: 'SETTLED' as const },
  terms: {
    ...{ host: hex(20), agentKey: hex(20), tariff: zeroHash, bookingTerms: zeroHash },
    ...{ metering: zeroHash, meterKeyHash: zeroHash },
  },
  state: { head: zeroHash, claim: zeroHash },
  ...{ contested: false, paid: '0', refunded: '0', energyWh: 0, endReading: null, bookedAt: 1_799_999_000 },
  ...{ bookedTx: hex(32), endedAt: 1_800_003_000, endedTx: hex(32) },
  ...change,
});

const amount = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('the table of bookings', () => {
  it('gives back every amount, energy and time exactly', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ paid: amount, relayFee: amount, energyWh: fc.nat(), firstSlot: fc.nat(3_000_000) }),
        ),
        (rows) => {
          const bookings = rows.map(({ paid, relayFee, energyWh, firstSlot }) =>
            booking({ paid: String(paid), relayFee: String(relayFee), energyWh, firstSlot }),
          );
          const [names, ...lines] = parsed(csvOf(bookings, TOKEN));
          const at = (line: string[], name: string) => line[names!.indexOf(name)]!;
          expect(lines).toHaveLength(rows.length);
          for (const [i, { paid, relayFee, energyWh, firstSlot }] of rows.entries()) {
            const line = lines[i]!;
            expect(line).toHaveLength(names!.length);
            expect(parseUnits(at(line, 'paid'), 6)).toBe(paid);
            expect(at(line, 'relay_fee')).toBe(formatUnits(relayFee, 6));
            expect(at(line, 'energy_wh')).toBe(String(energyWh));
            expect(parseUnits(at(line, 'energy_kwh'), 3)).toBe(BigInt(energyWh));
            expect(Date.parse(at(line, 'slots_begin'))).toBe(firstSlot * 900_000);
          }
        },
      ),
      { seed: 20_261_130, numRuns: 100 },
    );
  });

  it('has fields that RFC 4180 reads back, and none that a spreadsheet would run', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",;a1') }), (text) => {
        const [[field] = []] = parsed(`${csvField(text)},\r\n`);
        expect(field === text || field === `'${text}`).toBe(true);
        expect(field).not.toMatch(/^[=+\-@\t\r]/);
      }),
      { seed: 20_261_130, numRuns: 400 },
    );
  });

  it('leaves empty what an open booking does not have yet', () => {
    const open = booking({
      reservationStatus: 'RESERVED',
      paid: null,
      energyWh: null,
      endedAt: null,
      endedTx: null,
    });
    const [names, line] = parsed(csvOf([open], TOKEN)) as [string[], string[]];
    for (const name of ['paid', 'energy_wh', 'energy_kwh', 'ended_at', 'ended_tx'])
      expect(line[names.indexOf(name)]).toBe('');
    expect(line[names.indexOf('booked_at')]).toBe('2027-01-15T07:43:20Z');
  });
});

describe('the sums of a history', () => {
  it('are of what has ended', () => {
    const rows = [
      booking({ paid: '2500000', energyWh: 9_000 }),
      booking({ paid: '250000', reservationStatus: 'NO_SHOW' }),
      booking({ paid: null, energyWh: null, reservationStatus: 'RESERVED', relayFee: '7' }),
    ];
    expect(totalsOf(rows)).toEqual({
      ...{ bookings: 3, charges: 1, energyWh: 9_000n, paid: 2_750_000n, relayFees: 7n },
    });
  });
});
