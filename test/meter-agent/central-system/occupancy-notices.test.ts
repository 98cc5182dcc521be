import { afterEach, expect, test } from 'vitest';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { CAUTIOUS, TAG } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { bookingFixture, mayBeNoShow, STRANGER } from '../support/booking-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test("the car of the previous session stays: host and next driver are notified early, the slot begins occupied, and nobody charges on the other's money", async () => {
  const fixture = await bookingFixture(scope);
  const { agent, chargePoint, slot, noticeOf, notices, sessionOf, skipTo } = fixture;
  const first = bookOn(agent, { firstSlot: slot, slotCount: 1, driver: STRANGER });
  const next = bookOn(agent, { firstSlot: slot + 1, slotCount: 2 });
  await chargePoint.status('Preparing');
  const { transactionId } = await fixture.charge(first);
  const { start, reportBy } = sessionOf(next.bookingId).plan.times;

  const leavesAt = sessionOf(first.bookingId).plan.times.end;
  expect(await noticeOf('CONNECTOR_BUSY')).toMatchObject({
    ...{ to: 'host', bookingId: next.bookingId },
    params: { startsAt: start, leavesAt },
  });
  skipTo(start - 290);
  await waitFor('the notice to the driver, too', () =>
    notices.some(
      ({ code, to, bookingId }) =>
        code === 'CONNECTOR_BUSY' && to === 'driver' && bookingId === next.bookingId,
    ),
  );
  skipTo(start);
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 0);
  await chargePoint.status('Finishing');
  expect(await noticeOf('BOOKING_BLOCKED')).toMatchObject({
    ...{ to: 'both', bookingId: next.bookingId },
    params: { startsAt: start, reason: 'OCCUPIED' },
  });
  expect(() => agent.starts.byCode(startCodeOf(next.secret))).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^start\.(occupied|connectorBusy)$/) }),
  );

  // It leaves too late: still no no-show, and the driver gets everything back by a final reading of zero.
  await chargePoint.status('Available');
  await noticeOf('BOOKING_UNBLOCKED');
  expect(mayBeNoShow(agent, next)).toBe(false);
  agent.sessions.apply(next.bookingId, { type: 'stopAsked', at: fixture.nowSec() });
  expect(sessionOf(next.bookingId)).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0, cost: 0n } });
  expect(fixture.nowSec()).toBeLessThan(reportBy);
});

test('a booking whose connector was free may still be a no-show', async () => {
  const { agent, chargePoint, nowSec } = await bookingFixture(scope);
  const booked = bookOn(agent);
  const { bookingId } = booked;
  await chargePoint.status('Available');
  expect(mayBeNoShow(agent, booked)).toBe(true);
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
});

test("the owner's own car in the slot: notified, left alone, and the driver is not kept waiting", async () => {
  const { agent, chargePoint, noticeOf, sessionOf, nowSec } = await bookingFixture(scope);
  const { bookingId, secret } = bookOn(agent);
  const { transactionId, status } = await chargePoint.start('OWNER', 0);
  expect(status).toBe('Accepted');
  // A car that is full still stands there.
  await chargePoint.status('SuspendedEV');
  expect(await noticeOf('BOOKING_BLOCKED')).toMatchObject({
    to: 'both',
    bookingId,
    params: { reason: 'OCCUPIED' },
  });
  await chargePoint.status('Charging');
  expect(() => agent.starts.byCode(startCodeOf(secret))).toThrow(
    expect.objectContaining({ code: 'start.occupied' }),
  );
  await chargePoint.meter(transactionId, '900');
  await chargePoint.stop(transactionId, 1_000);
  await chargePoint.status('Available');
  await noticeOf('BOOKING_UNBLOCKED');
  const commands = ['RemoteStopTransaction', 'SetChargingProfile', 'RemoteStartTransaction'];
  expect(chargePoint.asked.filter(({ action }) => commands.includes(action))).toEqual([]);
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(sessionOf(bookingId).phase).toBe('FINAL');
});

test('a wallbox out of order when the slot begins: both are notified, and the driver is not kept waiting', async () => {
  const { agent, chargePoint, noticeOf, sessionOf, nowSec } = await bookingFixture(scope);
  await chargePoint.call('StatusNotification', {
    connectorId: 1,
    status: 'Faulted',
    errorCode: 'GroundFailure',
  });
  const booked = bookOn(agent);
  expect(await noticeOf('BOOKING_BLOCKED')).toMatchObject({
    ...{ to: 'both', bookingId: booked.bookingId },
    params: { reason: 'FAULT' },
  });
  await chargePoint.status('Available');
  await noticeOf('BOOKING_UNBLOCKED');
  expect(mayBeNoShow(agent, booked)).toBe(false);
  agent.sessions.apply(booked.bookingId, { type: 'stopAsked', at: nowSec() });
  expect(sessionOf(booked.bookingId)).toMatchObject({
    phase: 'FINAL',
    lastReading: { energyWh: 0, cost: 0n },
  });
});

test('plugged in and 0 W for 5 minutes: both are notified of which side refuses, and when it is over', async () => {
  const fixture = await bookingFixture(scope);
  const { transactionId } = await fixture.charge(bookOn(fixture.agent, { slotCount: 8 }));
  await fixture.chargePoint.status('SuspendedEV');
  fixture.skip(300);
  expect(await fixture.noticeOf('SUSPENDED_EV')).toMatchObject({ to: 'both', params: { noPowerMin: 5 } });
  await fixture.chargePoint.meter(transactionId, '3000', { measurand: 'Power.Active.Import', unit: 'W' });
  await fixture.noticeOf('POWER_RESTORED');
  await fixture.chargePoint.status('SuspendedEVSE');
  fixture.skip(300);
  expect(await fixture.noticeOf('SUSPENDED_EVSE')).toMatchObject({ to: 'both', params: { noPowerMin: 5 } });
});

test('the cable is left in: the driver is reminded before overstay counts, and when it does', async () => {
  const fixture = await bookingFixture(scope);
  const booked = bookOn(fixture.agent, { slotCount: 2 });
  const { transactionId, session } = await fixture.charge(booked);
  const { end, closes } = session().plan.times;
  fixture.skipTo(end);
  await fixture.chargePoint.wasAsked('RemoteStopTransaction');
  await fixture.chargePoint.status('Finishing');
  await fixture.chargePoint.stop(transactionId, 0);
  expect(await fixture.noticeOf('UNPLUG_SOON')).toMatchObject({
    to: 'driver',
    params: { slotEndsAt: end, isSlotOver: true, closesAt: closes },
  });
  fixture.skipTo(closes - 300);
  await waitFor(
    'the second',
    () => fixture.notices.filter(({ code }) => code === 'UNPLUG_SOON').length === 2,
  );
  fixture.skipTo(closes);
  expect(await fixture.noticeOf('OVERSTAY')).toMatchObject({ to: 'both' });
  fixture.skip(120);
  await fixture.chargePoint.status('Available');
  await waitFor('the final reading', () => session().phase === 'FINAL');
});

test("the driver's phone sleeps: power to the unsigned limit, a pause with a notice, and on when signatures come", async () => {
  const { chargePoint, handOver, session, cosign, noticeOf, notices, skip } = await bookingFixture(scope, {
    plan: CAUTIOUS,
  });
  handOver();
  await chargePoint.wasAsked('RemoteStartTransaction');
  const { transactionId } = await chargePoint.start(TAG, 0);
  await waitFor('the limit', () => session().current.acceptedA === 32);
  skip(15);
  await chargePoint.meter(transactionId, '90');
  expect(session().pause).toBeNull();
  skip(5);
  await chargePoint.meter(transactionId, '101');
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(notices).toEqual([]);
  skip(20);
  expect(await noticeOf('PAUSED_UNSIGNED')).toMatchObject({ to: 'driver' });
  cosign();
  await waitFor('power', () => session().current.acceptedA === 32);
  await noticeOf('RESUMED');
});

test('no tag at all is nobody’s, whatever is booked', async () => {
  const { agent, chargePoint } = await bookingFixture(scope);
  const { bookingId } = bookOn(agent);
  await chargePoint.status('Preparing');
  expect(await chargePoint.call('Authorize', { idTag: '' })).toEqual({ idTagInfo: { status: 'Invalid' } });
  expect((await chargePoint.start('', 0)).status).toBe('Invalid');
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
});

test('a session that ends before any energy ends by a final reading of zero, which costs nothing but time', async () => {
  const { agent, chargePoint, charge } = await bookingFixture(scope);
  const { transactionId, session } = await charge(bookOn(agent));
  agent.sessions.apply(session().plan.bookingId, { type: 'stopAsked', at: Math.floor(Date.now() / 1000) });
  await chargePoint.wasAsked('RemoteStopTransaction');
  await chargePoint.stop(transactionId, 0);
  // Overstay has a price: the car is waited for.
  expect(session().phase).toBe('UNPLUGGING');
  await chargePoint.status('Available');
  expect(session()).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0 } });
});
