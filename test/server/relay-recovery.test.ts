import { type Hex, parseEventLogs } from 'viem';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { RelayedCallResponse, RelayFeesResponse } from '../../protocol/api/relay.ts';
import type { Problem } from '../../protocol/api.ts';
import { ApiClient } from '../../scripts/client/api-client.ts';
import { HeadlessDriver } from '../../scripts/client/headless-driver.ts';
import { LedgerAccess } from '../../scripts/client/ledger-access.ts';
import { type SignedBooking, signBooking } from '../../scripts/client/signed-booking.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { rpc } from '../support/anvil.ts';
import { clientOf, fundDriver } from '../support/market.ts';
import { type Charger, listCharger } from './marketActions.ts';
import { spawnServer } from './support/processes.ts';
import {
  caughtUp,
  get,
  newDatabase,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

/** The program is started twice. */
const TWO_STARTS_MS = 180_000;

type Relayed = RelayedCallResponse & { code?: string; detail?: string; needed?: string };

let ledger: TestLedger;
let server: TestServer;
let charger: Charger;
/** Each booking of the file has slots of its own. */
let nextSlot = Math.floor(Date.now() / 900_000) + 4;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market, { RELAY_STUCK_SEC: '0' });
  charger = await listCharger(ledger.market);
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

async function signed(relayFee = 0n): Promise<SignedBooking> {
  const driver = await fundDriver(ledger.market);
  const money = { cap: 5_000_000n, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee };
  const slots = { firstSlot: nextSlot, slotCount: 4 };
  nextSlot += 4;
  return signBooking(ledger.market, charger, driver, { ...slots, money });
}

const handIn = ({ api }: { api: string }, { data }: SignedBooking) =>
  post<Relayed>(`${api}/relay`, { to: ledger.market.market, data });

const stateOf = async ({ api }: { api: string }, id: Hex): Promise<Relayed> =>
  (await get<Relayed>(`${api}/relay/${id}`)).body;

const isDone = (at: { api: string }, id: Hex) =>
  waitFor('the call to be done', async () => {
    const state = await stateOf(at, id);
    return state.status === 'DONE' ? state : undefined;
  });

/** How often each of these bookings stands on the ledger. */
async function timesBooked(bookings: readonly SignedBooking[]): Promise<number[]> {
  const client = clientOf(ledger.anvil.url, localAccount('deployer'));
  const logs = await client.getLogs({ address: ledger.market.market, fromBlock: 0n });
  const made = parseEventLogs({ abi: plugpactMarketAbi, eventName: 'Booked', logs });
  return bookings.map(({ bookingId }) => made.filter(({ args }) => args.bookingId === bookingId).length);
}

test('one call handed in eight times at once has one answer and one transaction', async () => {
  const booking = await signed();
  const answers = await Promise.all(Array.from({ length: 8 }, () => handIn(server, booking)));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  const { id, transactionHash } = answers[0]!.body;
  for (const { body } of answers) expect([body.id, body.transactionHash]).toEqual([id, transactionHash]);
  await isDone(server, id);
  // Also long after: the ledger itself would refuse it by now.
  expect((await handIn(server, booking)).body).toMatchObject({ id, transactionHash, status: 'DONE' });
  expect(await timesBooked([booking])).toEqual([1]);
  const unknown = await get<Problem>(`${server.api}/relay/0x${'00'.repeat(32)}`);
  expect([unknown.status, unknown.body.code]).toEqual([404, 'relay.unknown']);
});

test(
  'a server that is killed while calls come in does each of them once when it is back',
  async () => {
    const database = await newDatabase();
    onTestFinished(() => database.remove());
    const start = () => spawnServer(ledger.market, '', database.env);
    const bookings: SignedBooking[] = [];
    for (let i = 0; i < 5; i++) bookings.push(await signed());
    const killed = await start();
    onTestFinished(() => killed.stop());
    const isUp =
      ({ api }: { api: string }) =>
      async () =>
        (await get(`${api}/config`)).status === 200;
    await waitFor('contact', isUp(killed));
    const answers = bookings.flatMap((booking) => [handIn(killed, booking), handIn(killed, booking)]);
    await Promise.any(answers);
    killed.child.kill('SIGKILL');
    await Promise.allSettled(answers);
    const back = await start();
    onTestFinished(() => back.stop());
    await waitFor('contact', isUp(back));
    const again = await Promise.all([...bookings, ...bookings].map((booking) => handIn(back, booking)));
    expect(again.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const ids = again.map(({ body }) => body.id);
    expect(ids.slice(5)).toEqual(ids.slice(0, 5));
    await Promise.all(ids.slice(0, 5).map((id) => isDone(back, id)));
    expect(await timesBooked(bookings)).toEqual(Array(5).fill(1));
  },
  TWO_STARTS_MS,
);

test('what a reorg undoes comes to the ledger again, with the same id', async () => {
  const booking = await signed();
  const { body } = await handIn(server, booking);
  const before = await isDone(server, body.id);
  await rpc(ledger.anvil.url, 'anvil_reorg', [1, []]);
  const after = await waitFor('the booking to be back', async () => {
    const state = await stateOf(server, body.id);
    return state.status === 'DONE' && (await timesBooked([booking]))[0] === 1 ? state : undefined;
  });
  expect(after.transactionHash).toBe(before.transactionHash);
  await caughtUp(server, ledger);
});

test('a transaction that offers too little is replaced by one that offers more', async () => {
  const { url } = ledger.anvil;
  const booking = await signed();
  await rpc(url, 'evm_setAutomine', [false]);
  try {
    const { body } = await handIn(server, booking);
    expect(body.status).toBe('SENT');
    const raised = await waitFor('a higher offer', async () => {
      await rpc(url, 'anvil_setNextBlockBaseFeePerGas', ['0x4a817c800']);
      await rpc(url, 'evm_mine', []);
      const state = await stateOf(server, body.id);
      return state.transactionHash !== body.transactionHash ? state : undefined;
    });
    expect(raised.id).toBe(body.id);
    await waitFor('a cheaper block to take it', async () => {
      // An offer is stored before it is sent: the first such block may be too early for it.
      await rpc(url, 'anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00']);
      await rpc(url, 'evm_mine', []);
      return (await stateOf(server, body.id)).status === 'DONE';
    });
    expect(await timesBooked([booking])).toEqual([1]);
  } finally {
    await rpc(url, 'evm_setAutomine', [true]);
  }
});

test('a fee is told before anything is signed, pays the gas, and less is refused', async () => {
  const paid = await startServer(ledger.market, { RELAY_ALLOWANCES: '', RELAY_MARGIN_PERCENT: '200' });
  try {
    await caughtUp(paid, ledger);
    const { body: told } = await get<RelayFeesResponse>(`${paid.api}/relay/fee`);
    const of = (name: string) => told.fees.find(({ functionName }) => functionName === name)!;
    expect(of('settle')).toMatchObject({ fee: null, allowance: null });
    const fee = BigInt(of('book').fee!);
    const free = await handIn(paid, await signed());
    expect([free.status, free.body.code]).toEqual([402, 'relay.feeTooLow']);
    expect(BigInt(free.body.needed!)).toBeGreaterThan(0n);
    const { status, body } = await handIn(paid, await signed(fee));
    expect(status).toBe(200);
    const { transactionHash } = await isDone(paid, body.id);
    const client = clientOf(ledger.anvil.url, localAccount('deployer'));
    const receipt = await client.getTransactionReceipt({ hash: transactionHash! });
    const credited = parseEventLogs({
      abi: plugpactMarketAbi,
      eventName: 'RelayFeePaid',
      logs: receipt.logs,
    });
    expect(credited.map(({ args }) => args.amount)).toEqual([fee]);
    // 2,500 tokens of 6 decimals for an ether.
    expect(receipt.gasUsed * receipt.effectiveGasPrice * 2_500n * 1_000_000n).toBeLessThanOrEqual(
      fee * 10n ** 18n,
    );
    // The driver without a browser signs it too.
    const api = new ApiClient(paid.url);
    const driver = new HeadlessDriver(api, new LedgerAccess(api, await api.call('getConfig')));
    const paidFor = await api.call('getCharger', { params: { listingId: charger.listingId } });
    await driver.fund(20_000_000n);
    await driver.book(paidFor, 1, 5_000_000n);
    expect(driver.booking.money.relayFee).toBeGreaterThan(0n);
    const { data } = await signed();
    const other = await post<Problem>(`${server.api}/relay`, { to: ledger.market.token, data });
    expect(other.body.code).toBe('relay.notMarket');
  } finally {
    await paid.stop();
  }
});

test('accounts that hold nothing share one quota, and what is given away has an end', async () => {
  const env = { RELAY_CALLS_UNFUNDED: '1', RELAY_FUNDED_MIN: '1000', RELAY_ALLOWANCES: 'bookings=1' };
  const strict = await startServer(ledger.market, env);
  try {
    await caughtUp(strict, ledger);
    expect((await handIn(strict, await signed())).status).toBe(200);
    const second = await handIn(strict, await signed());
    expect([second.status, second.body.code]).toEqual([429, 'relay.quota']);
    expect(second.body).toMatchObject({ quota: 'unfunded', limit: 1 });
  } finally {
    await strict.stop();
  }
  const poor = await startServer(ledger.market, {
    RELAY_ALLOWANCES: 'bookings=0.000001',
    RELAY_TOKENS_PER_COIN: '',
    RELAY_CALLS_PER_IP: '1',
  });
  try {
    await caughtUp(poor, ledger);
    const answer = await handIn(poor, await signed());
    expect([answer.status, answer.body.code]).toEqual([503, 'relay.unpaid']);
  } finally {
    await poor.stop();
  }
});

test('the balance is kept above what has to stay', async () => {
  const kept = await startServer(ledger.market, { RELAY_WARN_BELOW: '1000000', RELAY_STOP_BELOW: '1000000' });
  try {
    await caughtUp(kept, ledger);
    const answer = await handIn(kept, await signed());
    expect([answer.status, answer.body.code]).toEqual([503, 'relay.outOfGas']);
    expect(answer.body.detail).toContain('keeps at least 1000000000000000000000000 wei');
  } finally {
    await kept.stop();
  }
});
