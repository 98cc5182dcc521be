import { zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCode, type DeployedCodes, readCodes } from '../../../audit/code/check-code.ts';
import { checkConstants } from '../../../audit/code/constants.ts';
import { type LedgerReading, ledgerClient, readLedger } from '../../../audit/ledger/read-ledger.ts';
import type { MarketConstants } from '../../../audit/rules/market-constants.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { deployTestMarket } from '../../support/market.ts';

describe('the code of a market', () => {
  let anvil: Anvil;
  let reading: LedgerReading;
  let codes: DeployedCodes;
  beforeAll(async () => {
    anvil = await startAnvil();
    const { market } = await deployTestMarket(anvil.url);
    const client = ledgerClient(anvil.url);
    reading = await readLedger(client, market);
    codes = await readCodes(client, market, reading.pin);
  });
  afterAll(() => anvil.stop());

  const check = (changed: Partial<DeployedCodes> = {}, constants: Partial<MarketConstants> = {}) =>
    checkCode({ ...codes, ...changed }, { ...reading.constants, ...constants }, reading.token);
  const codesOf = (...args: Parameters<typeof check>) => check(...args).discrepancies.map(({ code }) => code);

  it('is that of the release, and nothing is to be said', () => {
    expect(check()).toEqual({ discrepancies: [], findings: [], unverifiable: [] });
  });

  it.each(['market', 'extension', 'verifier'] as const)(
    'is noticed when a byte of the %s is another',
    (name) => {
      const { address, code } = codes[name];
      const middle = 2 * (code.length >> 2);
      const digit = code[middle] === '0' ? '1' : '0';
      const other = `${code.slice(0, middle)}${digit}${code.slice(middle + 1)}` as const;
      const found = check({ [name]: { address, code: other } });
      expect(found.discrepancies.map(({ code: each }) => each)).toEqual([`code.${name}`]);
      expect(found.findings.map(({ code: each }) => each)).toEqual(['code.phantomCredits']);
      expect(codesOf({ [name]: { address, code: '0x' } })).toEqual([`code.${name}`]);
    },
  );

  it('holds the constants that its getters say, and the chain', () => {
    expect(codesOf({}, { bondMax: reading.constants.bondMax + 1n })).toEqual([
      'code.immutable',
      'code.immutable',
    ]);
    expect(codesOf({}, { chainId: 1 })).toContain('node.chain');
  });
});

describe('the constants of a market', () => {
  const fine: MarketConstants = {
    ...{ chainId: 8_453, market: zeroAddress, bondMax: 10n, firstTrustMax: 5n, forfeitMin: 1n },
    windows: { reportSec: 172_800, challengeSec: 172_800, proofSec: 172_800 },
    fee: { basisPoints: 100n, to: `0x${'11'.repeat(20)}` },
    guardian: { account: zeroAddress, endsAt: 0 },
  };
  const rulesBroken = (change: Partial<MarketConstants>, decimals = 6) =>
    checkConstants({ ...fine, ...change }, decimals).length;

  it('are within bounds', () => expect(rulesBroken({})).toBe(0));

  it.each([
    ['a fee above 1 %', { fee: { ...fine.fee, basisPoints: 101n } }],
    ['a fee for nobody', { fee: { basisPoints: 1n, to: zeroAddress } }],
    ['a window that is not the network’s', { windows: { ...fine.windows, proofSec: 3_600 } }],
    ['a bond beyond 64 bits', { bondMax: 2n ** 64n }],
    ['a forfeit above the bond', { forfeitMin: 11n }],
    ['a first trust beyond 64 bits', { firstTrustMax: 2n ** 64n }],
    ['a guardian’s end without a guardian', { guardian: { account: zeroAddress, endsAt: 1 } }],
  ] as const)('are not with %s', (_, change) => expect(rulesBroken(change)).toBe(1));

  it('are not with a token of nine decimals', () => expect(rulesBroken({}, 9)).toBe(1));
});
