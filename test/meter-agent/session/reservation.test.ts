import { afterEach, expect, test } from 'vitest';
import { idTagOf } from '../../../protocol/idTag.ts';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, REF } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { commands, END, SessionHarness } from '../support/session-harness.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ACCEPTING = {
  RemoteStartTransaction: { status: 'Accepted' },
  ReserveNow: { status: 'Accepted' },
  CancelReservation: { status: 'Accepted' },
};
/** The bench's own booking is somewhere else. */
const elsewhere = { chargePointId: 'ELSEWHERE' };

test('in the slot a free connector is held under a tag that nobody knows, and let go before the start', async () => {
  const { agent, box } = await agentFixture(scope, { plan: elsewhere, answers: ACCEPTING });
  const { bookingId, secret } = bookOn(agent);
  await box.status('Available');
  const { connectorId, reservationId, idTag, expiryDate } = await box.wasAsked('ReserveNow');
  expect(connectorId).toBe(1);
  expect(idTag).toMatch(/^[A-Z2-7]{20}$/);
  expect(idTag).not.toBe(idTagOf(REF, bookingId, secret));
  expect(Date.parse(String(expiryDate)) / 1000).toBe(agent.sessions.get(bookingId)?.plan.times.end);
  await waitFor('the box to hold it', () => agent.sessions.get(bookingId)?.reservation?.state === 'held');
  await box.status('Reserved');
  expect((await box.start(String(idTag), 0)).status).toBe('Invalid');

  box.asked.length = 0;
  agent.starts.byCode(startCodeOf(secret));
  await waitFor('the start', () => box.asked.some(({ action }) => action === 'RemoteStartTransaction'));
  expect(box.asked.map(({ action }) => action)).toEqual(['CancelReservation', 'RemoteStartTransaction']);
  expect(box.asked[0]?.params).toEqual({ reservationId });
});

test('a box without reservations is lived with: it is asked once, and started all the same', async () => {
  const { RemoteStartTransaction } = ACCEPTING;
  const { agent, box } = await agentFixture(scope, { plan: elsewhere, answers: { RemoteStartTransaction } });
  const { bookingId, secret } = bookOn(agent);
  await box.status('Available');
  await box.wasAsked('ReserveNow');
  await waitFor('the refusal', () => agent.sessions.get(bookingId)?.reservation?.state === 'over');
  agent.starts.byCode(startCodeOf(secret));
  await box.wasAsked('RemoteStartTransaction');
  expect(box.asked.filter(({ action }) => /Reserv/.test(action))).toEqual([]);
});

test('a booking that the ledger ended lets go of the connector', async () => {
  const { agent, box, nowSec } = await agentFixture(scope, { plan: elsewhere, answers: ACCEPTING });
  const { bookingId } = bookOn(agent);
  await box.status('Available');
  const { reservationId } = await box.wasAsked('ReserveNow');
  await waitFor('the box to hold it', () => agent.sessions.get(bookingId)?.reservation?.state === 'held');
  agent.sessions.apply(bookingId, { type: 'ledgerEnded', at: nowSec() });
  expect(await box.wasAsked('CancelReservation')).toEqual({ reservationId });
});

test('nobody is held a connector for before the slot, while somebody else has it', async () => {
  const { agent, box, nowSec } = await agentFixture(scope, { plan: elsewhere, answers: ACCEPTING });
  const slot = Math.floor(nowSec() / 900);
  const now = bookOn(agent, { firstSlot: slot, slotCount: 1, driver: `0x${'99'.repeat(20)}` });
  const next = bookOn(agent, { firstSlot: slot + 1, slotCount: 1 });
  await box.status('Available');
  await box.wasAsked('ReserveNow');
  await waitFor(
    'the first to be held',
    () => agent.sessions.get(now.bookingId)?.reservation?.state === 'held',
  );
  expect(agent.sessions.get(next.bookingId)?.reservation).toBeNull();
});

/** Booked, connected, and the connector held. */
function held(): SessionHarness {
  const play = new SessionHarness();
  play.do({ type: 'connection', connected: true });
  expect(play.do({ type: 'reservable', reservationId: 7, idTag: 'RANDOM' })).toEqual([
    { do: 'reserve', reservation: { reservationId: 7, idTag: 'RANDOM', expiresAt: END } },
  ]);
  play.do({ type: 'answered', command: 'reserve', answer: 'accepted' });
  return play;
}

test('the start waits for the box to let go, but not for ever', () => {
  const play = held();
  expect(commands(play.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual(['cancelReservation']);
  expect(commands(play.wait(9))).toEqual([]);
  expect(commands(play.wait(1))).toEqual(['remoteStart']);
  play.do({ type: 'answered', command: 'cancelReservation', answer: 'refused' });
  expect(commands(play.wait(5))).toEqual([]);
});

test('a booking that waits for a card is not held: the box would refuse the card', () => {
  const play = held();
  const authorizedStart = { idTag: 'TAG', rfidUid: '04A1B2C3' };
  expect(commands(play.do({ type: 'startAuthorized', authorizedStart }))).toEqual(['cancelReservation']);
  const early = new SessionHarness();
  early.do({ type: 'connection', connected: true });
  early.do({ type: 'startAuthorized', authorizedStart });
  expect(commands(early.do({ type: 'reservable', reservationId: 7, idTag: 'RANDOM' }))).toEqual([]);
});

test('a wish to reserve that got lost is sent again under the same number', () => {
  const play = new SessionHarness();
  play.do({ type: 'reservable', reservationId: 7, idTag: 'RANDOM' });
  expect(commands(play.wait(5))).toEqual([]);
  expect(commands(play.do({ type: 'connection', connected: true }))).toEqual(['reserve']);
  play.do({ type: 'answered', command: 'reserve', answer: 'unreachable' });
  expect(play.wait(60)).toMatchObject([{ do: 'reserve', reservation: { reservationId: 7 } }]);
});

test('the box itself lets go at the end of the slot', () => {
  const play = held();
  play.at = END;
  expect(commands(play.wait(5))).toEqual([]);
  expect(play.session.reservation?.state).toBe('over');
});
