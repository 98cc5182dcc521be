import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BookingResponse } from '../../protocol/api.ts';
import { toBookingStruct } from '../../protocol/booking.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { rpc, startAnvil } from '../support/anvil.ts';
import { banker, deployTestMarket, TOKEN, write } from '../support/market.ts';
import {
  bookCharger,
  cancelByDriver,
  claim,
  type DriverBooking,
  listCharger,
  readingOf,
  settle,
} from './marketActions.ts';
import { indexRows } from './support/index-rows.ts';
import { oracleRows } from './support/oracle-of-ledger.ts';
import {
  caughtUp,
  get,
  newDatabase,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

const NOW_SLOT = () => Math.floor(Date.now() / 900_000);

const bookingOf = async (server: TestServer, made: DriverBooking): Promise<BookingResponse> =>
  (await get<BookingResponse>(`${server.api}/bookings/${made.bookingId}`)).body;

describe('the index of a ledger', () => {
  let ledger: TestLedger;
  let server: TestServer;

  beforeAll(async () => {
    ledger = await startLedger();
    server = await startServer(ledger.market);
  });
  afterAll(async () => {
    await server?.stop();
    await ledger?.stop();
  });

  test('a settled booking carries the reading, and what was paid and refunded', async () => {
    const made = await bookCharger(ledger.market, await listCharger(ledger.market));
    const receipt = await settle(ledger.market, made);
    await caughtUp(server, ledger);
    const booking = await bookingOf(server, made);
    expect(booking).toMatchObject({
      reservationStatus: 'FULFILLED',
      settlementStatus: 'SETTLED',
      energyWh: 2_000,
      endReading: readingOf(made),
      endedTx: receipt.transactionHash,
      cap: '5000000',
      generation: '0',
      driver: made.driver.address.toLowerCase(),
      sessionKey: made.sessionKey.address.toLowerCase(),
    });
    // 2 kWh × 0.25 + 1/3 h × 0.10 + 0.05 flat, rounded down; payment and refund sum to cap and bond.
    expect(booking.paid).toBe('583333');
    expect(BigInt(booking.refunded!)).toBe(5_000_000n + TOKEN - 583_333n);
  });

  test('a claim shows the state to pass to the next call, and its energy once it is finalised', async () => {
    const made = await bookCharger(ledger.market, await listCharger(ledger.market));
    await claim(ledger.market, made);
    await caughtUp(server, ledger);
    const claimed = await bookingOf(server, made);
    expect(claimed).toMatchObject({
      reservationStatus: 'RESERVED',
      settlementStatus: 'CLAIMED',
      energyWh: null,
      endReading: null,
    });
    const snapshot = await rpc<string>(ledger.anvil.url, 'evm_snapshot');
    await rpc(ledger.anvil.url, 'evm_increaseTime', [3 * 3_600]);
    await rpc(ledger.anvil.url, 'evm_mine');
    const state = { head: BigInt(claimed.state.head), claim: BigInt(claimed.state.claim) };
    await write(ledger.market, localAccount('relayer'), 'finalise', [toBookingStruct(made.booking), state]);
    await caughtUp(server, ledger);
    expect(await bookingOf(server, made)).toMatchObject({
      reservationStatus: 'FULFILLED',
      settlementStatus: 'SETTLED',
      energyWh: 2_000,
      paid: '583333',
      endReading: readingOf(made, { isFinal: false }),
    });
    await rpc(ledger.anvil.url, 'evm_revert', [snapshot]);
    await rpc(ledger.anvil.url, 'evm_mine');
    await waitFor('the finalisation to be rolled back', async () => {
      const { settlementStatus, paid } = await bookingOf(server, made);
      return settlementStatus === 'CLAIMED' && paid === null;
    });
  });

  test('a cancelled booking frees its slots, an expired one failed', async () => {
    const charger = await listCharger(ledger.market);
    const later = { firstSlot: NOW_SLOT() + 40, slotCount: 2 };
    const cancelled = await bookCharger(ledger.market, charger, later);
    const expired = await bookCharger(ledger.market, charger, { firstSlot: NOW_SLOT() + 42, slotCount: 2 });
    await cancelByDriver(ledger.market, cancelled);
    await caughtUp(server, ledger);
    expect(await bookingOf(server, cancelled)).toMatchObject({
      reservationStatus: 'CANCELED',
      paid: '0',
      energyWh: 0,
    });
    const detail = await get<{ takenSlots: number[] }>(`${server.api}/chargers/${charger.listingId}`);
    expect(detail.body.takenSlots).toEqual([NOW_SLOT() + 42, NOW_SLOT() + 43]);
    const snapshot = await rpc<string>(ledger.anvil.url, 'evm_snapshot');
    await rpc(ledger.anvil.url, 'evm_increaseTime', [15 * 3_600]);
    await rpc(ledger.anvil.url, 'evm_mine');
    await write(ledger.market, localAccount('relayer'), 'expire', [
      toBookingStruct(expired.booking),
      expired.state,
    ]);
    await caughtUp(server, ledger);
    expect(await bookingOf(server, expired)).toMatchObject({
      reservationStatus: 'FAILED',
      paid: '0',
      energyWh: 0,
    });
    await rpc(ledger.anvil.url, 'evm_revert', [snapshot]);
  });

  test('each deposit and withdrawal has a row', async () => {
    const charger = await listCharger(ledger.market);
    const made = await bookCharger(ledger.market, charger);
    await settle(ledger.market, made);
    const host = localAccount('host');
    const { address } = made.driver;
    await write(ledger.market, made.driver, 'withdraw', [0, TOKEN, host.address]);
    await write(ledger.market, host, 'withdrawEarnings', [charger.listingId, 500_000n, host.address]);
    await caughtUp(server, ledger);
    const moves = await server.db
      .selectFrom('accountMoves')
      .select(['kind', 'account', 'purse', 'listingId', 'amount', 'counterparty'])
      .orderBy('fromBlock', 'desc')
      .limit(3)
      .execute();
    const [driver, to] = [address.toLowerCase(), host.address.toLowerCase()];
    const from = banker.address.toLowerCase();
    const { listingId } = charger;
    const purse = { purse: 0, listingId: null };
    expect(moves).toEqual([
      {
        kind: 'EARNINGS_WITHDRAWAL',
        account: to,
        purse: null,
        listingId,
        amount: '500000',
        counterparty: to,
      },
      { kind: 'WITHDRAWAL', account: driver, ...purse, amount: '1000000', counterparty: to },
      { kind: 'DEPOSIT', account: driver, ...purse, amount: '20000000', counterparty: from },
    ]);
  });

  test('indexing again from nothing, or one event after the other, gives the same rows', async () => {
    const charger = await listCharger(ledger.market);
    await write(ledger.market, localAccount('host'), 'setListingStatus', [charger.listing, 2, '0x']);
    await caughtUp(server, ledger);
    const again = await startServer(ledger.market);
    try {
      await caughtUp(again, ledger);
      const rows = await indexRows(again.db);
      expect(rows).toEqual(await indexRows(server.db));
      expect(rows).toEqual(await oracleRows(ledger.market));
      expect(rows.bookings.length).toBeGreaterThan(3);
      expect(rows.listings.some((row) => row.untilBlock !== null)).toBe(true);
      expect(rows.accountMoves.length).toBeGreaterThan(2);
    } finally {
      await again.stop();
    }
  });

  test('a reorganisation rolls back what it removed, and nothing else', async () => {
    const remaining = await bookCharger(ledger.market, await listCharger(ledger.market));
    const gone = await bookCharger(ledger.market, await listCharger(ledger.market));
    await caughtUp(server, ledger);
    expect((await bookingOf(server, gone)).bookingId).toBe(gone.bookingId);
    // Depth 1 replaces the block of the last booking with an empty block.
    await rpc(ledger.anvil.url, 'anvil_reorg', [1, []]);
    await waitFor('the booking to be rolled back', async () => {
      return (await get(`${server.api}/bookings/${gone.bookingId}`)).status === 404;
    });
    expect((await bookingOf(server, remaining)).reservationStatus).toBe('RESERVED');
    const again = await startServer(ledger.market);
    try {
      await caughtUp(again, ledger);
      await caughtUp(server, ledger);
      expect(await indexRows(again.db)).toEqual(await indexRows(server.db));
    } finally {
      await again.stop();
    }
  });

  test('a ledger that went back to an older state, and continued from there, is followed', async () => {
    const snapshot = await rpc<string>(ledger.anvil.url, 'evm_snapshot');
    const lost = await bookCharger(ledger.market, await listCharger(ledger.market));
    await rpc(ledger.anvil.url, 'anvil_mine', ['0x5']);
    await caughtUp(server, ledger);
    await rpc(ledger.anvil.url, 'evm_revert', [snapshot]);
    const found = await bookCharger(ledger.market, await listCharger(ledger.market));
    await waitFor('the index to roll back', async () => {
      return (await get(`${server.api}/bookings/${lost.bookingId}`)).status === 404;
    });
    await caughtUp(server, ledger);
    expect((await bookingOf(server, found)).reservationStatus).toBe('RESERVED');
    expect(server.logLines.join('')).toContain('went back');
  });

  test('a ledger that only ends earlier is polled several times before the index rolls back', async () => {
    const { agent } = await listCharger(ledger.market);
    const snapshot = await rpc<string>(ledger.anvil.url, 'evm_snapshot');
    const lost = await bookCharger(ledger.market, await listCharger(ledger.market));
    await caughtUp(server, ledger);
    await rpc(ledger.anvil.url, 'evm_revert', [snapshot]);
    await waitFor('the index to roll back', async () => {
      return (await get(`${server.api}/bookings/${lost.bookingId}`)).status === 404;
    });
    await caughtUp(server, ledger);
    const rows = await server.db.selectFrom('terms').select('agentKey').execute();
    expect(rows.map((row) => row.agentKey)).toContain(agent.address.toLowerCase());
  });

  test('a ledger other than the indexed one is refused, with a remedy', async () => {
    const other = await startAnvil();
    const database = await newDatabase();
    try {
      const market = await deployTestMarket(other.url);
      const before = await startServer(ledger.market, database.env);
      await caughtUp(before, ledger);
      await before.stop();
      const refused = await startServer(market, database.env);
      try {
        await waitFor('the refusal', () => refused.fatal.length > 0);
        expect(refused.fatal[0]).toMatchObject({ code: 'ledger.another' });
        expect(refused.fatal[0]!.message).toContain('genesisHash');
        expect(refused.fatal[0]!.message).toContain('DATABASE_FILE');
      } finally {
        await refused.stop();
      }
    } finally {
      await other.stop();
      await database.remove();
    }
  });

  test('an address without a contract is refused', async () => {
    const wrong = await startServer({ ...ledger.market, market: localAccount('host').address });
    try {
      await waitFor('the refusal', () => wrong.fatal.length > 0);
      expect(wrong.fatal[0]).toMatchObject({ code: 'ledger.noMarket' });
    } finally {
      await wrong.stop();
    }
  });
});
