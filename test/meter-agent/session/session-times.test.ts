import { afterEach, expect, test } from 'vitest';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { bookOn, startEnvelopeOf } from '../support/booked.ts';
import { bookingFixture, mayBeNoShow, STRANGER } from '../support/booking-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('early: the error says from when, before the slot opens; served between opens and start while nobody else has the connector', async () => {
  const { agent, chargePoint, slot, skipTo, sessionOf } = await bookingFixture(scope);
  const { bookingId, secret } = bookOn(agent, { firstSlot: slot + 4 });
  const { opens, start } = sessionOf(bookingId).plan.times;
  const code = startCodeOf(secret);
  expect(() => agent.starts.byCode(code)).toThrow(new Date(opens * 1000).toISOString());
  skipTo(opens);
  const other = bookOn(agent, { firstSlot: slot + 3, slotCount: 1, driver: STRANGER });
  expect(() => agent.starts.byCode(code)).toThrow(`Start again at ${new Date(start * 1000).toISOString()}`);
  agent.sessions.apply(other.bookingId, { type: 'ledgerEnded', at: opens });
  agent.starts.byCode(code);
  await chargePoint.wasAsked('RemoteStartTransaction');
});

test('who comes late is served to the end of the slot', async () => {
  const { agent, chargePoint, skipTo, sessionOf } = await bookingFixture(scope);
  const { bookingId, secret } = bookOn(agent);
  skipTo(sessionOf(bookingId).plan.times.end - 60);
  agent.starts.byCode(startCodeOf(secret));
  await chargePoint.wasAsked('RemoteStartTransaction');
});

test('somebody books the time before a slot that began early: no power until the own slot', async () => {
  const fixture = await bookingFixture(scope);
  const { agent, chargePoint, slot, skipTo, sessionOf } = fixture;
  const early = bookOn(agent, { firstSlot: slot + 4 });
  const { opens, start } = sessionOf(early.bookingId).plan.times;
  skipTo(opens);
  const { session } = await fixture.charge(early);
  await waitFor('the limit', () => session().current.acceptedA === 16);
  bookOn(agent, { firstSlot: slot + 3, slotCount: 1, driver: STRANGER });
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(session().pause?.reason).toBe('ADJACENT_BOOKING');
  skipTo(start);
  await waitFor('power', () => session().current.acceptedA === 16);
  expect(chargePoint.asked.some(({ action }) => action === 'RemoteStopTransaction')).toBe(false);
});

test('extending: the next booking of the same driver goes on where the first one ends, the cable still in', async () => {
  const fixture = await bookingFixture(scope);
  const { agent, chargePoint, slot, skipTo, sessionOf, notices } = fixture;
  const first = bookOn(agent, { firstSlot: slot, slotCount: 1 });
  await chargePoint.status('Preparing');
  const { transactionId, session } = await fixture.charge(first);
  const next = bookOn(agent, { firstSlot: slot + 1, slotCount: 1, sessionKey: first.sessionKey });
  agent.starts.byCode(startCodeOf(next.secret));
  expect(sessionOf(next.bookingId).phase).toBe('BOOKED');
  skipTo(session().plan.times.end);
  await chargePoint.wasAsked('RemoteStopTransaction');
  await chargePoint.stop(transactionId, 500);
  await chargePoint.status('Finishing');
  await waitFor('the final reading', () => session().phase === 'FINAL');
  const { idTag } = await chargePoint.wasAsked('RemoteStartTransaction');
  expect((await chargePoint.start(String(idTag), 500)).status).toBe('Accepted');
  expect(sessionOf(next.bookingId)).toMatchObject({ phase: 'CHARGING', doneWh: 0 });
  expect(notices.filter(({ code }) => code === 'BOOKING_BLOCKED' || code === 'OVERSTAY')).toEqual([]);
});

test("a guest's card that the booking names begins the charge, in its slot only", async () => {
  const { agent, chargePoint, slot, skipTo, sessionOf, nowSec } = await bookingFixture(scope);
  const booked = bookOn(agent, { firstSlot: slot + 4 });
  const { bookingId, fact } = booked;
  const authorize = async (idTag: string) => {
    const { idTagInfo } = (await chargePoint.call('Authorize', { idTag })) as {
      idTagInfo: { status: string };
    };
    return idTagInfo.status;
  };
  const ref = agent.ledger.facts?.ref;
  if (ref === undefined) throw new Error('no ledger');
  const handOver = async (rfidUid: string) => {
    const envelope = await startEnvelopeOf(agent, booked, { rfidUid });
    return agent.starts.byEnvelope(ref, sessionOf(bookingId), fact, envelope);
  };
  await expect(handOver('owner')).rejects.toMatchObject({ code: 'start.ownersCard' });
  expect(await authorize('04A1B2C3D4')).toBe('Invalid');
  await handOver('04a1b2c3d4');
  expect(sessionOf(bookingId)).toMatchObject({ phase: 'BOOKED', authorizedStart: { rfidUid: '04a1b2c3d4' } });
  expect(await authorize('04A1B2C3D4')).toBe('Blocked');
  expect((await chargePoint.start('04A1B2C3D4', 0)).status).toBe('Blocked');
  skipTo(sessionOf(bookingId).plan.times.start);
  await chargePoint.status('Available');
  expect(mayBeNoShow(agent, booked)).toBe(true);
  await chargePoint.status('Preparing');
  expect(await authorize('04A1B2C3D4')).toBe('Accepted');
  const { transactionId, status } = await chargePoint.start(
    '04A1B2C3D4',
    100,
    new Date(nowSec() * 1000).toISOString(),
  );
  expect(status).toBe('Accepted');
  expect(sessionOf(bookingId).phase).toBe('CHARGING');
  await chargePoint.stop(transactionId, 100, { reason: 'EVDisconnected' });
  expect(sessionOf(bookingId)).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0 } });
  expect(chargePoint.asked.some(({ action }) => action === 'RemoteStartTransaction')).toBe(false);
});
