import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { BookingResponse } from '../../protocol/api.ts';
import { ended, hasEnded } from '../../scripts/lib/child.ts';
import { type FreshPostgres, freshPostgres } from '../support/postgres.ts';
import { type AgentPeer, connectedAgent } from './agentPeer.ts';
import { watchHeader } from './fixture.ts';
import { bookCharger, type Charger, type DriverBooking, listCharger } from './marketActions.ts';
import { leads, rebuiltBookings, type ServerProcess, spawnServer } from './support/processes.ts';
import { get, post, startLedger, type TestLedger, waitFor } from './support.ts';

/** Another process leads after this time at the latest; on an idle computer within a second. */
const TAKE_OVER_MS = 10_000;

let ledger: TestLedger;
let database: FreshPostgres;
let processes: ServerProcess[];

beforeAll(async () => {
  [ledger, database] = await Promise.all([startLedger(), freshPostgres()]);
  processes = await Promise.all([0, 1, 2].map(() => spawnServer(ledger.market, database.url)));
});
afterAll(async () => {
  await Promise.all((processes ?? []).map((process) => process.stop()));
  await ledger?.stop();
  await database?.drop();
});

const leaderOf = (all: ServerProcess[]) =>
  waitFor('a process to lead', () => all.find(({ output }) => leads(output())), { timeoutMs: TAKE_OVER_MS });

/** An agent that dials the next process whenever its connection ends, as the real one does. */
function redialling(charger: Charger, hosts: () => string[]) {
  const state = { peer: undefined as AgentPeer | undefined, isStopping: false, starts: 0 };
  const reply = () => {
    state.starts += 1;
    return {};
  };
  const running = (async () => {
    for (let i = 0; !state.isStopping; i++) {
      const host = hosts()[i % hosts().length]!;
      const dialled = await connectedAgent(host, ledger.market.ref, { account: charger.agent, reply }).catch(
        () => undefined,
      );
      state.peer = dialled;
      if (dialled !== undefined)
        await waitFor('its end', () => dialled.closed() !== undefined || state.isStopping, {
          timeoutMs: 300_000,
        });
    }
  })();
  return {
    state,
    async stop() {
      state.isStopping = true;
      await running;
      await state.peer?.stop();
    },
  };
}

/**
 * Asks each process again and again for the booking's charger to start, until all are stopped; keeps the answers. The
 * driver signs, so that the limit of unsigned messages does not end the load.
 */
async function askingAll(all: ServerProcess[], made: DriverBooking) {
  const { bookingId } = made;
  const signed = await watchHeader({ ledger }, made);
  const answers: { status: number; code: unknown }[] = [];
  let isStopping = false;
  let asked = 0;
  const ask = async ({ api, child }: ServerProcess) => {
    while (!isStopping && !hasEnded(child)) {
      asked += 1;
      const from = { 'x-forwarded-for': `10.0.${(asked >> 8) & 255}.${asked & 255}` };
      const url = `${api}/bookings/${bookingId}/start`;
      const answer = await post(url, { envelope: '0x0102' }, { ...signed, ...from }).catch(() => undefined);
      // A process that is killed answers nothing; who has asked it asks another one.
      if (answer !== undefined) answers.push({ status: answer.status, code: answer.body.code });
    }
  };
  const running = Promise.all(all.map(ask));
  return {
    answers,
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

test('follower, then another process, killed under load: another one follows, and no answer is wrong or lost', async () => {
  const left = () => processes.filter(({ child }) => !hasEnded(child));
  const leader = await leaderOf(processes);
  const charger = await listCharger(ledger.market);
  const made = await bookCharger(ledger.market, charger);
  const isKnown = (booking: DriverBooking) => async () =>
    (await Promise.all(left().map(({ api }) => get(`${api}/bookings/${booking.bookingId}`)))).every(
      ({ status }) => status === 200,
    );
  await waitFor('the booking on all', isKnown(made));
  // The agent is linked to a process that does not lead, so that the second kill is of that one.
  const others = processes.filter((process) => process !== leader);
  const agent = redialling(charger, () =>
    left()
      .filter((process) => process !== leader)
      .map(({ host }) => host),
  );
  onTestFinished(() => agent.stop());
  await waitFor('the agent to be linked', () => agent.state.peer !== undefined);
  const load = await askingAll(processes, made);
  await waitFor('answers', () => load.answers.some(({ status }) => status === 202));
  const booked: DriverBooking[] = [made];
  const bookMore = async (count: number) => {
    for (let i = 0; i < count; i++)
      booked.push(await bookCharger(ledger.market, await listCharger(ledger.market)));
  };

  const booking = bookMore(2);
  leader.child.kill('SIGKILL');
  await ended(leader.child);
  await leaderOf(others);
  await booking;
  for (const each of booked) await waitFor('each booking on all', isKnown(each));

  const [holder] = others.filter(({ output }) => output().includes('agent connected'));
  const more = bookMore(1);
  holder!.child.kill('SIGKILL');
  await ended(holder!.child);
  const last = left()[0]!;
  await leaderOf([last]);
  const startsBefore = agent.state.starts;
  await waitFor('the agent to be reached through the last', () => agent.state.starts > startsBefore);
  await more;
  for (const each of booked) await waitFor('each booking on the last', isKnown(each));
  await load.stop();

  // While a killed process still counts as the agent's, nobody can know whether it was reached (504), or it is away (503).
  const wrong = load.answers.filter(
    ({ status, code }) => status !== 202 && code !== 'agent.offline' && code !== 'agent.timeout',
  );
  expect(wrong).toEqual([]);
  const expected = await rebuiltBookings(
    ledger.market,
    booked.map(({ bookingId }) => bookingId),
  );
  const found = await Promise.all(
    booked.map(
      async ({ bookingId }) => (await get<BookingResponse>(`${last.api}/bookings/${bookingId}`)).body,
    ),
  );
  expect(found).toEqual(expected);
});
