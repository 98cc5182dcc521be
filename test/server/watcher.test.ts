import type { Hex } from 'viem';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BookingResponse } from '../../protocol/api.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { reachTime } from '../support/anvil.ts';
import { connectedAgent } from './agentPeer.ts';
import { bookCharger, type DriverBooking, listCharger, readingOf } from './marketActions.ts';
import {
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

const HOUR_SEC = 3_600;
/** A quarter of the local ledger's time to report. */
const SILENT_SEC = HOUR_SEC / 4;

let ledger: TestLedger;
let server: TestServer;
/** Seconds that the server's clock is ahead. */
let aheadSec = 0;

beforeEach(async () => {
  aheadSec = 0;
  ledger = await startLedger();
  const now = () => Math.floor(Date.now() / 1_000) + aheadSec;
  server = await startServer(ledger.market, {}, { now, watchMs: 50 });
});
afterEach(async () => {
  await server?.stop();
  await ledger?.stop();
});

/** Ledger and server are at this moment from now on. */
async function timeIs(unixSec: number): Promise<void> {
  aheadSec = unixSec - Math.floor(Date.now() / 1_000);
  await reachTime(ledger.anvil.url, unixSec);
}

/** A booking whose agent was online and sent these readings, which the driver co-signed. */
async function cosigned(readings: Partial<Reading>[]) {
  const charger = await listCharger(ledger.market);
  const made = await bookCharger(ledger.market, charger);
  await caughtUp(server, ledger);
  const { ref } = ledger.market;
  const peer = await connectedAgent(server.host, ref, { account: charger.agent, reply: () => ({}) });
  const { connector } = charger.listing.place;
  await peer.heartbeat([{ connector, listingId: charger.listingId, status: 'CHARGING' }]);
  for (const change of readings) {
    const reading = readingOf(made, { isFinal: false, ...change });
    await peer.reading(reading);
    const signature = await signMessageOf(made.sessionKey, ref, 'Reading', reading);
    await waitFor('the co-signature to be taken', async () => {
      const body = { seq: reading.seq, signature };
      return (await post(`${server.api}/bookings/${made.bookingId}/cosignatures`, body)).status === 202;
    });
  }
  await waitFor('the heartbeat', () =>
    server.db.selectFrom('agents').select('seenAt').where('agentKey', '=', keyOf(made)).executeTakeFirst(),
  );
  return { made, peer };
}

const keyOf = ({ charger }: DriverBooking) => charger.agent.address.toLowerCase() as Hex;

const bookingOf = async ({ bookingId }: DriverBooking): Promise<BookingResponse> =>
  (await get<BookingResponse>(`${server.api}/bookings/${bookingId}`)).body;

const hasStatus = (made: DriverBooking, status: string) =>
  waitFor(status, async () => (await bookingOf(made)).settlementStatus === status);

const endOf = ({ booking }: DriverBooking) => (booking.firstSlot + booking.slotCount) * 900 + 900;

test('a final reading that both signed is settled once the agent is silent, and not before', async () => {
  const { made, peer } = await cosigned([
    { seq: 3, energyWh: 900 },
    { seq: 4, energyWh: 1_000, isFinal: true },
  ]);
  await peer.stop();
  const seenAt = Math.floor(Date.now() / 1_000);
  await timeIs(seenAt + SILENT_SEC / 2);
  await caughtUp(server, ledger);
  const before = server.logLines.filter((line) => line.includes('"watcher"')).length;
  expect(before).toBe(0);
  await timeIs(seenAt + SILENT_SEC + 60);
  await hasStatus(made, 'SETTLED');
  expect(await bookingOf(made)).toMatchObject({ reservationStatus: 'FULFILLED', energyWh: 1_000 });
});

test('without a final reading the newest is claimed, and paid when the claim’s window has ended', async () => {
  const { made, peer } = await cosigned([
    { seq: 3, energyWh: 900 },
    { seq: 4, energyWh: 1_000 },
  ]);
  await peer.stop();
  await timeIs(endOf(made) + SILENT_SEC);
  await hasStatus(made, 'CLAIMED');
  await timeIs(endOf(made) + SILENT_SEC + HOUR_SEC + 60);
  await hasStatus(made, 'SETTLED');
  expect(await bookingOf(made)).toMatchObject({
    ...{ reservationStatus: 'FULFILLED', energyWh: 1_000 },
    endReading: { seq: 4 },
  });
});

test('an agent that is online is waited for until the last quarter of its time', async () => {
  const { made, peer } = await cosigned([{ seq: 4, energyWh: 1_000 }]);
  await timeIs(endOf(made) + HOUR_SEC - SILENT_SEC - 60);
  await caughtUp(server, ledger);
  expect((await bookingOf(made)).settlementStatus).toBe('NONE');
  await timeIs(endOf(made) + HOUR_SEC - SILENT_SEC);
  await hasStatus(made, 'CLAIMED');
  await peer.stop();
});

test('a booking on which nobody reported is refunded; a reading that pays nothing is not claimed', async () => {
  const { made, peer } = await cosigned([{ seq: 0, energyWh: 0, endedAt: 1, beganAt: 1 }]);
  await peer.stop();
  await timeIs(endOf(made) + HOUR_SEC);
  await waitFor('the refund', async () => (await bookingOf(made)).reservationStatus === 'FAILED');
  expect(await bookingOf(made)).toMatchObject({ settlementStatus: 'NONE', paid: '0' });
});
