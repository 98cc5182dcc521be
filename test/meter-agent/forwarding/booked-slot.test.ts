import { afterEach, expect, test } from 'vitest';
import { planNow, TAG } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { ACCEPTS, betweenOn, tomorrow } from '../support/forward-fixture.ts';
import { OtherCentralSystem } from '../support/other-central-system.ts';
import { Scope } from '../support/start-agent.ts';
import { eventOf } from '../support/station-fixture.ts';

const scope = new Scope();
afterEach(() => scope.end());
const between = betweenOn(scope);

const CARD = 'ANYCARD';

test('after a booked visit nobody else gets power until the slot ends, though the house accepts every card', async () => {
  const { chargePoint, other, handOver, session, skip, nowSec, cosign, plan } = await between();
  other.answers.Authorize = ACCEPTS;
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  skip(300);
  await chargePoint.stop(transactionId, 40, { reason: 'Local' });
  await chargePoint.status('Available');
  cosign();
  expect(session().phase).toBe('FINAL');
  expect(nowSec()).toBeLessThan(plan.times.end);
  expect(await chargePoint.call('Authorize', { idTag: CARD })).toEqual({ idTagInfo: { status: 'Blocked' } });
  expect((await chargePoint.start(CARD, 40)).status).toBe('Blocked');
  expect(await other.command('RemoteStartTransaction', { connectorId: 1, idTag: CARD })).toEqual({
    status: 'Rejected',
  });
  skip(plan.times.end - nowSec());
  expect(await chargePoint.call('Authorize', { idTag: CARD })).toEqual(ACCEPTS);
  expect((await chargePoint.start(CARD, 40, '2026-11-29T10:00:00Z')).status).toBe('Accepted');
  // A card that the house does not accept any more is refused again.
  other.answers.Authorize = { idTagInfo: { status: 'Blocked' } };
  expect(await chargePoint.call('Authorize', { idTag: CARD })).toEqual({ idTagInfo: { status: 'Blocked' } });
  other.answers.Authorize = { idTagInfo: { status: 'Invalid' } };
  expect((await chargePoint.start(CARD, 40, '2026-11-29T11:00:00Z')).status).toBe('Invalid');
});

test("once the ledger ended the booking its calendar counts: given back and cancelled slots are the house's", async () => {
  const { chargePoint, other, agent, skip, nowSec } = await between({ plan: tomorrow() });
  other.answers.Authorize = ACCEPTS;
  const booked = bookOn(agent);
  const { bookingId, fact } = booked;
  const slot = Math.floor(nowSec() / 900);
  const statusWhen = async (change: object) => {
    agent.journal.putBooking(bookingId, { ...fact, ...change });
    const { idTagInfo } = await chargePoint.call('Authorize', { idTag: CARD });
    return (idTagInfo as { status: string }).status;
  };
  agent.sessions.apply(bookingId, { type: 'ledgerEnded', at: nowSec() });
  expect(await statusWhen({ ended: 'FULFILLED' })).toBe('Blocked');
  expect(await statusWhen({ ended: 'FULFILLED', givenBackFrom: slot + 1 })).toBe('Blocked');
  skip(900);
  expect(await statusWhen({ ended: 'FULFILLED', givenBackFrom: slot + 1 })).toBe('Accepted');
  expect(await statusWhen({ ended: 'NO_SHOW' })).toBe('Blocked');
  expect(await statusWhen({ ended: 'CANCELED' })).toBe('Accepted');
});

test('a charge by the word of the house ends when the slot of a booking begins; the owner’s own goes on', async () => {
  const start = (Math.floor(Date.now() / 900_000) + 2) * 900;
  const times = { ...planNow(`0x${'00'.repeat(20)}`).times, opens: start - 60, start, end: start + 3_600 };
  const { chargePoint, other, skip, nowSec, agent } = await between({ plan: { times } });
  other.answers.Authorize = ACCEPTS;
  const { transactionId, status } = await chargePoint.start(CARD, 0);
  expect(status).toBe('Accepted');
  await chargePoint.meter(transactionId, '100');
  expect(chargePoint.asked.map(({ action }) => action)).not.toContain('RemoteStopTransaction');
  skip(start - nowSec());
  await chargePoint.meter(transactionId, '200');
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 210);
  const owners = await chargePoint.start('OWNER', 210);
  await chargePoint.meter(owners.transactionId, '300');
  expect(agent.journal.transaction(owners.transactionId)).toMatchObject({ isOwner: true, stopped: false });
  expect(chargePoint.asked.map(({ action }) => action)).not.toContain('RemoteStopTransaction');
});

test('OCPP 2.0.1: a card of the house is refused in a slot, in the answer to its transaction too', async () => {
  const other = new OtherCentralSystem(['ocpp2.0.1']);
  other.answers.TransactionEvent = { idTokenInfo: { status: 'Accepted' } };
  other.answers.Authorize = { idTokenInfo: { status: 'Accepted' } };
  const station = { other, client: { protocols: ['ocpp2.0.1'] }, answers: {} };
  const { chargePoint } = await between(station);
  const idToken = { idToken: CARD, type: 'ISO14443' };
  expect(await chargePoint.call('Authorize', { idToken })).toEqual({ idTokenInfo: { status: 'Blocked' } });
  const started = eventOf('Started', { registerWh: 10, more: { idToken, triggerReason: 'Authorized' } });
  expect(await chargePoint.call('TransactionEvent', started)).toEqual({ idTokenInfo: { status: 'Blocked' } });
});

test('where only the owner’s tags may start, the other central system lets in nobody else', async () => {
  const { chargePoint, other } = await between({ plan: tomorrow(), forward: { onlyOwnerIdTags: true } });
  other.answers.Authorize = ACCEPTS;
  expect(await chargePoint.call('Authorize', { idTag: CARD })).toEqual({ idTagInfo: { status: 'Invalid' } });
  expect((await chargePoint.start(CARD, 0)).status).toBe('Invalid');
  const start = (idTag: string) => other.command('RemoteStartTransaction', { connectorId: 1, idTag });
  expect(await start(CARD)).toEqual({ status: 'Rejected' });
  expect(await start('owner')).toEqual({ status: 'Accepted' });
  expect((await chargePoint.start('OWNER', 0, '2026-11-29T10:00:00Z')).status).toBe('Accepted');
});
