import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareWithApi } from '../../audit/api/compare-api.ts';
import { auditLedger } from '../../audit/command.ts';
import type { BookingResponse } from '../../protocol/api.ts';
import { wordHex } from '../../server/chain/events.ts';
import { type Disputes, finishDisputes, playDisputes } from '../audit/dispute-scenario.ts';
import { costOf, feeOf } from '../contracts/reserved.ts';
import { TOKEN } from '../support/market.ts';
import { indexRows } from './support/index-rows.ts';
import { oracleRows } from './support/oracle-of-ledger.ts';
import { caughtUp, get, startLedger, startServer, type TestLedger, type TestServer } from './support.ts';

const BOND = TOKEN;
/** What both signed of each disputed charge, and with what may be claimed above it. */
const COSIGNED = 625_000n;
const BOUND = 1_200_000n;
const DISPUTED = BOUND - COSIGNED;

let ledger: TestLedger;
let server: TestServer;
let disputes: Disputes;
beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market);
  disputes = await playDisputes(ledger.market);
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const bookingOf = async (name: keyof Disputes): Promise<BookingResponse> =>
  (await get<BookingResponse>(`${server.api}/bookings/${disputes[name].made.bookingId}`)).body;

const apiAudit = async () => {
  const source = {
    apiUrl: new URL(server.api).origin,
    rpcUrl: ledger.anvil.url,
    market: ledger.market.market,
  };
  const { discrepancies } = await compareWithApi(await auditLedger(source), source);
  return discrepancies;
};

/** Outcome, energy, payment, and the seq of the reading that decided. */
const endOf = async (name: keyof Disputes) => {
  const { reservationStatus, settlementStatus, energyWh, paid, endReading } = await bookingOf(name);
  return [reservationStatus, settlementStatus, energyWh, paid, endReading?.seq ?? null];
};

test('an open dispute shows its phase, and the state to pass to the next call', async () => {
  const status = {
    unchallenged: 'CLAIMED',
    unproven: 'CHALLENGED',
    provenInPart: 'CHALLENGED',
    arrived: 'NONE',
    noShow: 'CLAIMED',
    contested: 'CLAIMED',
    shown: 'CLAIMED',
  } as const;
  for (const name of Object.keys(status) as (keyof typeof status)[]) {
    const { head, claim } = disputes[name].state;
    expect(await bookingOf(name)).toMatchObject({
      reservationStatus: 'RESERVED',
      settlementStatus: status[name],
      state: { head: wordHex(head), claim: wordHex(claim) },
      paid: null,
      energyWh: null,
      contested: name === 'contested',
    });
  }
  expect(await apiAudit()).toEqual([]);
});

test('a proof of the whole claim ends the booking at once, and the host gets what was disputed of the bond', async () => {
  const proven = await bookingOf('proven');
  expect(await endOf('proven')).toEqual(['FULFILLED', 'SETTLED', 8_123, String(BOUND), 7]);
  const locked = BigInt(proven.cap) + BOND;
  expect(BigInt(proven.paid!) + BigInt(proven.refunded!) + DISPUTED).toBe(locked);
});

test('deadlines end the other disputes by the co-signed, claimed or proven energy', async () => {
  await finishDisputes(ledger.market, disputes);
  await caughtUp(server, ledger);
  const cost = (energyWh: number) => String(costOf(disputes.shown.made, { energyWh }));
  expect(await endOf('unchallenged')).toEqual(['FULFILLED', 'SETTLED', 8_123, String(BOUND), 7]);
  // The agent's own reading was not proven: the reading co-signed before counts.
  expect(await endOf('unproven')).toEqual(['FULFILLED', 'SETTLED', 2_000, cost(2_000), 3]);
  expect(await endOf('provenInPart')).toEqual(['FULFILLED', 'SETTLED', 3_000, cost(3_000), 7]);
  expect(await endOf('arrived')).toEqual(['FAILED', 'NONE', 0, '0', null]);
  const fee = String(feeOf(disputes.noShow.made));
  expect(await endOf('noShow')).toEqual(['NO_SHOW', 'SETTLED', 0, fee, null]);
  expect(await endOf('contested')).toEqual(['NO_SHOW', 'SETTLED', 0, fee, null]);
  expect(await bookingOf('contested')).toMatchObject({ contested: true });
  expect(await endOf('shown')).toEqual(['FULFILLED', 'SETTLED', 500, cost(500), 1]);
  expect(await apiAudit()).toEqual([]);
});

test('indexing disputes again, or one event after the other, gives the same rows', async () => {
  const again = await startServer(ledger.market);
  try {
    await caughtUp(again, ledger);
    const rows = await indexRows(again.db);
    expect(rows).toEqual(await indexRows(server.db));
    expect(rows).toEqual(await oracleRows(ledger.market));
    expect(rows.bookings.length).toBeGreaterThan(20);
  } finally {
    await again.stop();
  }
});
