import fc from 'fast-check';
import { type Hex, keccak256, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registersCommitment } from '../../meter-agent/journal/session-store.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { attempt, newKey, publishArgs } from '../contracts/fixture.ts';
import { deployTestMarket, type TestMarket, testListing, testTerms } from '../support/market.ts';
import { bookSession, HOST, openCharger } from './booked-session.ts';
import { RUNS_SIMULATED, TIMEOUT } from './search.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const RESOLUTION = 0xfn << 52n;
const CELL = 0x881f1d4887fffffn;

/** A packed location of resolution `named` with a cell of resolution `real`: 64 bits of cell, 8 of resolution. */
const locationOf = (location: bigint, real: bigint, named: bigint): bigint => {
  const cell = (CELL & ~RESOLUTION) | (real << 52n);
  return ((((location >> 72n) << 8n) | named) << 64n) | cell;
};

describe('rule 23: privacy', () => {
  it(
    'a careless page lists a fine cell as a coarse one: only resolutions 7 to 9, and only the true one',
    TIMEOUT,
    async () => {
      const agent = newKey();
      const plain = testListing(testTerms(HOST.address, agent.address));
      const fixture = { market, agent, host: HOST, listing: plain, listingId: keccak256('0x') };
      const resolutions = fc.record({
        real: fc.bigInt({ min: 0n, max: 15n }),
        named: fc.bigInt({ min: 6n, max: 10n }),
      });
      const property = fc.asyncProperty(resolutions, async ({ real, named }) => {
        const place = { ...plain.place, location: locationOf(plain.place.location, real, named) };
        const call = attempt(market, HOST, 'publishListing', await publishArgs(fixture, { ...plain, place }));
        const isTaken = await call.then(
          () => true,
          (error: Error) => !error.message.includes('Listing_TermOutOfRange'),
        );
        expect(isTaken).toBe(named >= 7n && named <= 9n && real === named);
      });
      const examples: [{ real: bigint; named: bigint }][] = [7n, 8n, 9n].map((named) => [
        { real: named, named },
      ]);
      await fc.assert(property, { ...RUNS_SIMULATED, examples });
    },
  );

  it("somebody looks for the meter's own registers on the ledger", async () => {
    const session = await bookSession(await openCharger(market));
    const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
    const commitment = registersCommitment(salt, { beginWh: 1_200, endWh: 9_323 });
    const { bookingId, booking } = session.made;
    const known: Hex[] = [
      bookingId,
      booking.startHash,
      booking.listingId,
      toHex(0, { size: 32 }),
      keccak256(bookingId),
    ];
    for (const guess of known) {
      for (let beginWh = 0; beginWh < 2_000; beginWh++) {
        expect(registersCommitment(guess, { beginWh, endWh: beginWh + 8_123 })).not.toBe(commitment);
      }
    }
    expect(registersCommitment(salt, { beginWh: 1_200, endWh: 9_323 })).toBe(commitment);
  });

  it('the same registers twice, as of an absent owner, look unrelated', () => {
    const registers = { beginWh: 1_000_000, endWh: 1_000_000 };
    const property = fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const other = bytes.with(31, (bytes[31] as number) ^ 1);
      expect(registersCommitment(toHex(bytes), registers)).not.toBe(
        registersCommitment(toHex(other), registers),
      );
    });
    fc.assert(property, RUNS_SIMULATED);
  });
});
