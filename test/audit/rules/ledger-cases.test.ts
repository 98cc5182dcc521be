import { describe, expect, it } from 'vitest';
import { rebuild } from '../../../audit/accounting/rebuild.ts';
import { LEDGER_CASES } from './ledger-cases.ts';
import { MARKET } from './short-ledger.ts';

describe('the recount of short ledgers', () => {
  it.each(LEDGER_CASES)('$what: $code', async ({ play, code }) => {
    const { discrepancies } = await rebuild(MARKET, (await play()).events);
    expect(discrepancies[0]?.code, JSON.stringify(discrepancies)).toBe(code);
    expect(discrepancies.length).toBeLessThanOrEqual(3);
  });
});
