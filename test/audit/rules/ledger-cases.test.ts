import { describe, expect, it } from 'vitest';
import { rebuild } from '../../../audit/accounting/rebuild.ts';
import { LEDGER_CASES } from './ledger-cases.ts';
import { MARKET } from './short-ledger.ts';

describe('the recount of short ledgers', () => {
  it.each(LEDGER_CASES)('$what: $code', async ({ play, code, beside }) => {
    const { discrepancies, consequences } = await rebuild(MARKET, (await play()).events);
    expect(discrepancies[0]?.code, JSON.stringify(discrepancies)).toBe(code);
    const codes = [...discrepancies, ...consequences].map((each) => each.code);
    if (beside !== undefined) expect(codes).toContain(beside);
    expect(discrepancies.length).toBeLessThanOrEqual(3);
  });
});
