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
/** The fixture's own booking is somewhere else. */
const elsewhere = { chargePointId: 'ELSEWHERE' };

test('in the slot a free connector is held under a tag that nobody knows, and released before the start', async () => {
  const { agent, chargePoint } = await agentFixture(scope, { plan: elsewhere, answers: ACCEPTING });
  const { bookingId, secret } = bookOn(agent);
  await chargePoint.status('Available');
  const { connectorId, reservationId, idTag, expiryDate } = await chargePoint.wasAsked('ReserveNow');
  expect(connectorId).toBe(1);
  expect(idTag).toMatch(/^[A-Z2-7]{20}$/);
  expect(idTag).not.toBe(idTagOf(REF, bookingId, secret));
  expect(Date.parse(String(expiryDate)) / 1000).toBe(agent.sessions.get(bookingId)?.plan.times.end);
  await waitFor(
    'the charge point to hold it',
    () => agent.sessions.get(bookingId)?.reservation?.state === 'held',
  );
  await chargePoint.status('Reserved');
  expect((await chargePoint.start(String(idTag), 0)).status).toBe('Invalid');

  chargePoint.asked.length = 0;
  agent.starts.byCode(startCodeOf(secret));
  await waitFor('the start', () =>
    chargePoint.asked.some(({ action }) => action === 'RemoteStartTransaction'),
  );
  // Besides, it may be set up just then.
  const ofStart = chargePoint.asked.filter(({ action }) => /Reservation|Start/.test(action));
  expect(ofStart.map(({ action }) => action)).toEqual(['CancelReservation', 'RemoteStartTransaction']);
  expect(ofStart[0]?.params).toEqual({ reservationId });
});

test('a charge point without reservations is tolerated: it is asked once, and started all the same', async () => {
  const { RemoteStartTransaction } = ACCEPTING;
  const { agent, chargePoint } = await agentFixture(scope, {
    plan: elsewhere,
    answers: { RemoteStartTransaction },
  });
  const { bookingId, secret } = bookOn(agent);
  await chargePoint.status('Available');
  await chargePoint.wasAsked('ReserveNow');
  await waitFor('the refusal', () => agent.sessions.get(bookingId)?.reservation?.state === 'over');
  agent.starts.byCode(startCodeOf(secret));
  await chargePoint.wasAsked('RemoteStartTransaction');
  expect(chargePoint.asked.filter(({ action }) => /Reserv/.test(action))).toEqual([]);
});

test('a booking that the ledger ended releases the connector', async () => {
  const { agent, chargePoint, nowSec } = await agentFixture(scope, { plan: elsewhere, answers: ACCEPTING });
  const { bookingId } = bookOn(agent);
  await chargePoint.status('Available');
  const { reservationId } = await chargePoint.wasAsked('ReserveNow');
  await waitFor(
    'the charge point to hold it',
    () => agent.sessions.get(bookingId)?.reservation?.state === 'held',
  );
  agent.sessions.apply(bookingId, { type: 'ledgerEnded', at: nowSec() });
  expect(await chargePoint.wasAsked('CancelReservation')).toEqual({ reservationId });
});

test('nobody is held a connector for before the slot, while somebody else has it', async () => {
  const { agent, chargePoint, nowSec } = await agentFixture(scope, { plan: elsewhere, answers: ACCEPTING });
  const slot = Math.floor(nowSec() / 900);
  const now = bookOn(agent, { firstSlot: slot, slotCount: 1, driver: `0x${'99'.repeat(20)}` });
  const next = bookOn(agent, { firstSlot: slot + 1, slotCount: 1 });
  await chargePoint.status('Available');
  await chargePoint.wasAsked('ReserveNow');
  await waitFor(
    'the first to be held',
    () => agent.sessions.get(now.bookingId)?.reservation?.state === 'held',
  );
  expect(agent.sessions.get(next.bookingId)?.reservation).toBeNull();
});

/** Booked, connected, and the connector held. */
function held(): SessionHarness {
  const harness = new SessionHarness();
  harness.do({ type: 'connection', connected: true });
  expect(harness.do({ type: 'reservable', reservationId: 7, idTag: 'RANDOM' })).toEqual([
    { do: 'reserve', reservation: { reservationId: 7, idTag: 'RANDOM', expiresAt: END } },
  ]);
  harness.do({ type: 'answered', command: 'reserve', answer: 'accepted' });
  return harness;
}

test('the start waits for the charge point to release it, but not for ever', () => {
  const harness = held();
  expect(commands(harness.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual(['cancelReservation']);
  expect(commands(harness.wait(9))).toEqual([]);
  expect(commands(harness.wait(1))).toEqual(['remoteStart']);
  harness.do({ type: 'answered', command: 'cancelReservation', answer: 'refused' });
  expect(commands(harness.wait(5))).toEqual([]);
});

test('a booking that waits for a card is not held: the charge point would refuse the card', () => {
  const harness = held();
  const authorizedStart = { idTag: 'TAG', rfidUid: '04A1B2C3' };
  expect(commands(harness.do({ type: 'startAuthorized', authorizedStart }))).toEqual(['cancelReservation']);
  const early = new SessionHarness();
  early.do({ type: 'connection', connected: true });
  early.do({ type: 'startAuthorized', authorizedStart });
  expect(commands(early.do({ type: 'reservable', reservationId: 7, idTag: 'RANDOM' }))).toEqual([]);
});

test('a lost command to reserve is sent again under the same number', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'reservable', reservationId: 7, idTag: 'RANDOM' });
  expect(commands(harness.wait(5))).toEqual([]);
  expect(commands(harness.do({ type: 'connection', connected: true }))).toEqual(['reserve']);
  harness.do({ type: 'answered', command: 'reserve', answer: 'unreachable' });
  expect(harness.wait(60)).toMatchObject([{ do: 'reserve', reservation: { reservationId: 7 } }]);
});

test('the charge point itself releases it at the end of the slot', () => {
  const harness = held();
  harness.at = END;
  expect(commands(harness.wait(5))).toEqual([]);
  expect(harness.session.reservation?.state).toBe('over');
});
