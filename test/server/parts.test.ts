import type { Address } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLedgerClient } from '../../server/chain/client.ts';
import { checkParts } from '../../server/chain/parts.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';
import { startLedger, startServer, type TestLedger, waitFor } from './support.ts';

let ledger: TestLedger;
let other: TestMarket;
beforeAll(async () => {
  ledger = await startLedger();
  other = await deployTestMarket(ledger.anvil.url);
});
afterAll(() => ledger?.stop());

const NOBODY: Address = `0x${'11'.repeat(20)}`;

const check = (change: { depositAddresses?: Address; passkeyVerifier?: Address }, url = ledger.anvil.url) =>
  checkParts(createLedgerClient(url), {
    ...{ market: ledger.market.market, depositAddresses: undefined, passkeyVerifier: undefined },
    ...change,
  });

test('the parts of the market are taken, and so are none', async () => {
  const { depositAddresses, passkeyVerifier } = ledger.market;
  await check({ depositAddresses, passkeyVerifier });
  await check({ passkeyVerifier: other.passkeyVerifier });
  await check({});
});

test('deposit addresses of another market, other contracts and none are refused', async () => {
  const { market, token, passkeyVerifier } = ledger.market;
  for (const depositAddresses of [other.depositAddresses, market, token, passkeyVerifier, NOBODY]) {
    const refused = check({ depositAddresses });
    await expect(refused).rejects.toMatchObject({ code: 'ledger.noDepositAddresses' });
  }
});

test('a verifier that is another contract, or none, is refused', async () => {
  const { market, token, ocmfVerifier } = ledger.market;
  for (const passkeyVerifier of [market, token, ocmfVerifier, NOBODY]) {
    await expect(check({ passkeyVerifier })).rejects.toMatchObject({ code: 'ledger.noPasskeyVerifier' });
  }
});

test('a ledger that cannot be reached is no answer', async () => {
  const { depositAddresses, passkeyVerifier } = ledger.market;
  for (const part of [{ depositAddresses }, { passkeyVerifier }]) {
    await expect(check(part, 'http://127.0.0.1:1')).rejects.toThrow(/HTTP request failed/);
  }
});

test('a server with deposit addresses of another market ends, and names the variable', async () => {
  const server = await startServer(ledger.market, { DEPOSIT_ADDRESSES_ADDRESS: other.depositAddresses });
  try {
    const [error] = await waitFor('the server to give up', () => server.fatal.length > 0 && server.fatal);
    expect(error).toMatchObject({ code: 'ledger.noDepositAddresses' });
    expect(error?.message).toContain('DEPOSIT_ADDRESSES_ADDRESS');
  } finally {
    await server.stop();
  }
});
