import { type Hex, parseEther, zeroAddress } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoTokenAbi } from '../../protocol/abi.ts';
import type { ConfigResponse } from '../../protocol/api.ts';
import type { Booking } from '../../protocol/booking.ts';
import { placeHash } from '../../protocol/listing.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { demoWallet } from '../../server/web/accounts/demoWallet.ts';
import { fundAndBookCall, fundingSteps, fundPurse } from '../../server/web/accounts/funding.ts';
import { fundingWayOf } from '../../server/web/accounts/fundingWay.ts';
import { marketCall } from '../../server/web/accounts/send.ts';
import { openLedger, purseOf } from '../../server/web/app/ledgerClient.ts';
import { startLedger, type TestLedger } from '../server/support.ts';
import {
  clientOf,
  makeBooking,
  publish,
  sendCall,
  TOKEN,
  testListing,
  testTerms,
} from '../support/market.ts';

const RELAYER = localAccount('relayer');
let ledger: TestLedger;

beforeAll(async () => {
  ledger = await startLedger();
});
afterAll(() => ledger.stop());

/** A key with money, and ether where it pays its own gas. */
async function rich(wei: bigint) {
  const { market } = ledger;
  const wallet = demoWallet('driver', generatePrivateKey());
  const deployer = clientOf(market.rpcUrl, localAccount('deployer'));
  const mint = { address: market.token, abi: demoTokenAbi, functionName: 'mint' } as const;
  await sendCall(deployer, { ...mint, args: [wallet.address, 50n * TOKEN] });
  if (wei > 0n) {
    const hash = await deployer.sendTransaction({ to: wallet.address, value: wei } as never);
    await deployer.waitForTransactionReceipt({ hash });
  }
  const config = {
    ...{ chainId: market.ref.chainId, market: market.market, rpcUrl: market.rpcUrl, relayer: zeroAddress },
    token: { address: market.token, symbol: 'DUSD', decimals: 6 },
  } as unknown as ConfigResponse;
  return { wallet, ledger: openLedger(config), config };
}

it.each(['permit', 'allowance'] as const)(
  'money gets into the purse by %s, exactly as much as is missing',
  async (kind) => {
    const party = await rich(parseEther('1'));
    const way = await fundingWayOf(party.wallet, party.ledger);
    expect(way.kind).toBe('authorization');
    const funding =
      kind === 'permit' && 'domain' in way ? { kind, domain: way.domain } : { kind: 'allowance' as const };
    const steps = fundingSteps(7n * TOKEN, { tokens: 50n * TOKEN, gas: 1n, funding }, false);
    const purse = { index: 2, balance: 0n, busy: false, generation: 0n };
    await fundPurse(party, { purse, missing: 7n * TOKEN, steps }, funding, () => {});
    expect((await purseOf(party.ledger, party.wallet.address, 2)).balance).toBe(7n * TOKEN);
  },
);

it('one signature of a key without ether funds and books, and its nonce is the booking', async () => {
  const { market } = ledger;
  const party = await rich(0n);
  const agent = privateKeyToAccount(generatePrivateKey());
  const listing = testListing(testTerms(localAccount('host').address, agent.address));
  const listingId = await publish(market, agent, listing);
  const { booking } = await makeBooking(market, listingId, listing, party.wallet.address);
  const way = await fundingWayOf(party.wallet, party.ledger);
  if (!('domain' in way)) throw new Error('The demo token signs transfers.');
  const { timestamp } = await party.ledger.client.getBlock();
  const order = {
    ...{ booking: booking as Booking, limits: { relayer: zeroAddress, validUntil: timestamp + 300n } },
    listing: { weeklyHours: listing.weeklyHours, placeHash: placeHash(listing.place) },
    value: 20n * TOKEN,
  };
  const { functionName, args } = await fundAndBookCall(party.wallet, party.ledger, way.domain, order);
  const send = clientOf(market.rpcUrl, RELAYER);
  const hash = await send.sendTransaction({
    to: market.market,
    data: marketCall(functionName, args),
  } as never);
  expect((await send.waitForTransactionReceipt({ hash })).status).toBe('success');
  expect((await purseOf(party.ledger, party.wallet.address, booking.purse)).busy).toBe(true);
});

it('a token whose domain is not what it says gets no signature but its own allowance', async () => {
  const party = await rich(0n);
  const other = { ...party.ledger, token: party.ledger.ref.market };
  // The market has nonces and no separator under that name: nothing there is signed for.
  expect(await fundingWayOf(party.wallet, other)).toEqual({ kind: 'allowance' });
  expect(await fundingWayOf({ kind: 'passkey' }, other)).toEqual({ kind: 'none' });
  const lying = {
    ...other,
    token: `0x${'12'.repeat(20)}` as Hex,
    client: {
      readContract: async ({ functionName }: { functionName: string }) =>
        functionName === 'eip712Domain' ? ['0x0f', 'Other', '1'] : `0x${'00'.repeat(32)}`,
    } as never,
  };
  expect(await fundingWayOf(party.wallet, lying)).toEqual({ kind: 'allowance' });
});
