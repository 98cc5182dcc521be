import { zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import type { Reading } from '../../protocol/reading.ts';
import { reservedState } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  book,
  clientOf,
  deployTestMarket,
  fundDriver,
  makeBooking,
  publish,
  reported,
  TARIFF,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';

describe('a session on the ledger', () => {
  let anvil: Anvil;
  let market: TestMarket;
  beforeAll(async () => {
    anvil = await startAnvil();
    market = await deployTestMarket(anvil.url);
  });
  afterAll(() => anvil.stop());

  it('locks the cap, pays the host by a final co-signed reading and refunds the rest', async () => {
    const agent = privateKeyToAccount(generatePrivateKey());
    const host = localAccount('host');
    const listing = testListing(testTerms(host.address, agent.address));
    const listingId = await publish(market, agent, listing);
    const driver = await fundDriver(market);
    const made = await makeBooking(market, listingId, listing, driver.address);
    const bookedAt = await book(market, driver, listing, made.booking);
    const start = made.booking.firstSlot * 900;
    const reading: Reading = {
      bookingId: made.bookingId,
      seq: 7,
      energyWh: 8_123,
      beganAt: start,
      endedAt: start + 2_700,
      overstaySec: 0,
      isFinal: true,
      evidenceHash: zeroHash,
      registersCommitment: zeroHash,
    };
    await write(
      market,
      localAccount('relayer'),
      'settle',
      asBooked(await reported(market, agent, made, reservedState(bookedAt), reading)),
    );
    const paid = costRoundedDown(TARIFF, reading, made.booking.money.cap);
    const client = clientOf(market.rpcUrl, host);
    const read = (functionName: string, args: unknown[]) =>
      client.readContract({ address: market.market, abi: plugpactMarketAbi, functionName, args } as never);
    expect(await read('earningsOf', [listingId, host.address])).toEqual([paid, 8_123n, 1n]);
    expect(await read('purseOf', [driver.address, 0])).toEqual([20n * TOKEN - paid, 1n]);
  });
});
