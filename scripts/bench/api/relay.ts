import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hex, parseEventLogs } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { RelayedCallResponse } from '../../../protocol/api/relay.ts';
import {
  clientOf,
  deployTestMarket,
  fundDriver,
  publish,
  type TestMarket,
  testListing,
  testTerms,
} from '../../client/local-market.ts';
import { type SignedBooking, signBooking } from '../../client/signed-booking.ts';
import { startAnvil } from '../../lib/anvil.ts';
import { stopChild } from '../../lib/child.ts';
import { localAccount, localPrivateKey } from '../../lib/local-accounts.ts';
import { LOCAL_RELAY } from '../../lib/local-relay.ts';
import { ROOT } from '../../lib/paths.ts';
import { waitFor } from '../../lib/wait.ts';
import { rounded } from '../figures.ts';

const START_TIMEOUT_MS = 120_000;
const DONE_TIMEOUT_MS = 300_000;
/** Seconds of a slot. */
const SLOT_SEC = 900;
/** Slots within the horizon of one charger's listing that the bench books, one each. */
const SLOTS = 500;

export type RelayFigures = {
  /** Different bookings, each handed in twice. */
  submitted: number;
  onLedger: number;
  /** Bookings that stand on the ledger twice, and transactions that reverted. */
  duplicates: number;
  transactions: number;
  seconds: number;
};

interface Server {
  child: ChildProcess;
  api: string;
}

/** Hands in bookings, each twice at once, kills the server in the midst of it, starts it again, and counts on the ledger. */
export async function benchRelay(count: number): Promise<RelayFigures> {
  const anvil = await startAnvil();
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-'));
  try {
    const market = await deployTestMarket(anvil.url);
    const bookings = await signedBookings(market, Math.min(count, SLOTS));
    return await measure(market, join(folder, 'index.sqlite'), bookings);
  } finally {
    await anvil.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bookings of one charger by as many drivers, a slot each. */
async function signedBookings(market: TestMarket, count: number): Promise<SignedBooking[]> {
  const agent = privateKeyToAccount(generatePrivateKey());
  const listing = testListing(testTerms(localAccount('host').address, agent.address));
  const charger = { listing, listingId: await publish(market, agent, listing) };
  const firstSlot = Math.floor(Date.now() / 1_000 / SLOT_SEC) + 4;
  const bookings: SignedBooking[] = [];
  for (let i = 0; i < count; i++) {
    const driver = await fundDriver(market);
    bookings.push(await signBooking(market, charger, driver, { firstSlot: firstSlot + i, slotCount: 1 }));
  }
  return bookings;
}

async function measure(
  market: TestMarket,
  file: string,
  bookings: readonly SignedBooking[],
): Promise<RelayFigures> {
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const address = localAccount('relayer').address;
  const before = await client.getTransactionCount({ address });
  const killed = await start(market, file);
  const beganAt = performance.now();
  const answers = [...bookings, ...bookings].map((booking) =>
    handIn(killed, market, booking).catch(() => undefined),
  );
  await Promise.race(answers);
  killed.child.kill('SIGKILL');
  await Promise.all(answers);
  const server = await start(market, file);
  try {
    const again = await Promise.all(
      [...bookings, ...bookings].map((booking) => handIn(server, market, booking)),
    );
    await done(server, new Set(again.map(({ id }) => id)));
    const seconds = (performance.now() - beganAt) / 1_000;
    const transactions = (await client.getTransactionCount({ address })) - before;
    return {
      ...{ submitted: bookings.length, ...(await counted(market, bookings)) },
      ...{ transactions, seconds: rounded(seconds) },
    };
  } finally {
    await stopChild(server.child);
  }
}

async function start(market: TestMarket, file: string): Promise<Server> {
  const env = {
    ...{ PATH: process.env.PATH, PORT: '0', DATABASE_FILE: file, POLL_MS: '100', TRUST_PROXY_HOPS: '1' },
    ...{ RPC_URL: market.rpcUrl, MARKET_ADDRESS: market.market, DEPLOY_BLOCK: String(market.deployBlock) },
    ...{ RELAYER_PRIVATE_KEY: localPrivateKey('relayer'), ...LOCAL_RELAY },
  };
  const child = spawn(process.execPath, [join(ROOT, 'server/main.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-20_000);
  });
  const timeoutMs = START_TIMEOUT_MS;
  const port = await waitFor('the port', () => /"port":(\d+),.*"msg":"listening"/.exec(output)?.[1], {
    timeoutMs,
  });
  const api = `http://127.0.0.1:${port}/api/v1`;
  await waitFor('contact', async () => (await fetch(`${api}/config`)).ok, { timeoutMs });
  return { child, api };
}

/** Each booking comes from an address of its own, as drivers do. */
async function handIn(
  { api }: Server,
  market: TestMarket,
  { data, bookingId }: SignedBooking,
): Promise<RelayedCallResponse> {
  const bytes = [10, 12, 14].map((at) => Number.parseInt(bookingId.slice(at, at + 2), 16));
  const response = await fetch(`${api}/relay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.${bytes.join('.')}` },
    body: JSON.stringify({ to: market.market, data }),
  });
  if (!response.ok) throw new Error(`The relay refused a booking: ${await response.text()}`);
  return (await response.json()) as RelayedCallResponse;
}

async function done({ api }: Server, ids: Set<Hex>): Promise<void> {
  for (const id of ids) {
    const headers = { 'x-forwarded-for': `10.9.9.${Number.parseInt(id.slice(2, 4), 16)}` };
    const isDone = async () =>
      ((await (await fetch(`${api}/relay/${id}`, { headers })).json()) as RelayedCallResponse).status ===
      'DONE';
    await waitFor('a booking', isDone, { timeoutMs: DONE_TIMEOUT_MS, pollMs: 100 });
  }
}

async function counted(market: TestMarket, bookings: readonly SignedBooking[]) {
  const client = clientOf(market.rpcUrl, localAccount('deployer'));
  const logs = await client.getLogs({ address: market.market, fromBlock: BigInt(market.deployBlock) });
  const booked = parseEventLogs({ abi: plugpactMarketAbi, eventName: 'Booked', logs });
  const skipped = parseEventLogs({ abi: plugpactMarketAbi, eventName: 'BatchItemSkipped', logs });
  const ids = new Set<string>(bookings.map(({ bookingId }) => bookingId));
  const ours = booked.filter(({ args }) => ids.has(args.bookingId));
  const onLedger = new Set(ours.map(({ args }) => args.bookingId)).size;
  return { onLedger, duplicates: ours.length - onLedger + skipped.length };
}
