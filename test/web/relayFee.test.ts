import fc from 'fast-check';
import { zeroAddress } from 'viem';
import { expect, test } from 'vitest';
import { relayTermsOf } from '../../server/web/accounts/relayTerms.ts';
import { planOf } from '../../server/web/booking/makeBooking.ts';
import { signedTerms } from '../../server/web/booking/relayFee.ts';

const RELAYER = `0x${'22'.repeat(20)}` as const;
const POOR = { tokens: 0n, gas: 0n, funding: { kind: 'none' } } as const;
const units = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const purses = fc
  .array(fc.record({ balance: units, generation: fc.constant(0n), busy: fc.boolean() }), { minLength: 1 })
  .map((all) => [...all, { balance: 0n, generation: 0n, busy: false }])
  .map((all) => all.map((purse, index) => ({ ...purse, index })));

test('the purse is filled with what is locked and the relay fee, and with no unit more', () => {
  fc.assert(
    fc.property(purses, units, units, fc.boolean(), (all, locked, fee, isLocal) => {
      const { purse, missing } = planOf({ ...POOR, purses: all }, { locked }, fee, isLocal);
      expect(purse.busy).toBe(false);
      expect(purse.balance + missing).toBeGreaterThanOrEqual(locked + fee);
      if (missing > 0n) expect(purse.balance + missing).toBe(locked + fee);
      const isEnough = all.some(({ busy, balance }) => !busy && balance >= locked + fee);
      expect(missing === 0n).toBe(isEnough);
    }),
    { seed: 20_261_130, numRuns: 300 },
  );
});

const feesWith = (fee: string | null) => ({
  ...{ relayer: RELAYER, validUntil: 300 },
  fees: [
    { functionName: 'settle', gas: 1, fee: '9', allowance: null },
    { functionName: 'book', gas: 1, fee, allowance: fee === '0' ? 'bookings' : null },
  ],
});

test('a fee binds the booking to its relayer; what is given away, or not relayed, anybody may send', () => {
  const free = { relayer: zeroAddress, fee: 0n, validUntil: 300 };
  expect(relayTermsOf(feesWith('50001'), 'book')).toEqual({ ...free, relayer: RELAYER, fee: 50_001n });
  expect(relayTermsOf(feesWith('0'), 'book')).toEqual(free);
  expect(relayTermsOf(feesWith(null), 'book')).toEqual(free);
  expect(relayTermsOf(feesWith('5'), 'bookByWallet')).toEqual(free);
});

test('what was shown is signed as long as it is taken; after that never more than it', async () => {
  const of = (fee: bigint) => ({ relayer: RELAYER, fee, validUntil: 300 });
  await fc.assert(
    fc.asyncProperty(units, units, fc.constantFrom(299, 300), async (shown, asked, nowSec) => {
      const signed = signedTerms(of(shown), async () => of(asked), nowSec);
      const isRefused = nowSec >= 300 && asked > shown;
      if (isRefused) await expect(signed).rejects.toMatchObject({ code: 'relay.feeChanged' });
      else expect((await signed).fee).toBe(nowSec < 300 ? shown : asked);
    }),
    { seed: 20_261_130, numRuns: 200 },
  );
});
