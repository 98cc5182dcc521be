import { afterEach, expect, test } from 'vitest';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { CAUTIOUS, TAG } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { bookingFixture, mayBeNoShow, STRANGER } from '../support/booking-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test("the car of the visit before stays: host and next driver hear it early, the slot begins occupied, and nobody charges on the other's money", async () => {
  const here = await bookingFixture(scope);
  const { agent, box, slot, told, notices, sessionOf, skipTo } = here;
  const first = bookOn(agent, { firstSlot: slot, slotCount: 1, driver: STRANGER });
  const next = bookOn(agent, { firstSlot: slot + 1, slotCount: 2 });
  await box.status('Preparing');
  const { transactionId } = await here.charge(first);
  const { start, reportBy } = sessionOf(next.bookingId).plan.times;

  const leavesAt = sessionOf(first.bookingId).plan.times.end;
  expect(await told('CONNECTOR_BUSY')).toMatchObject({
    ...{ to: 'host', bookingId: next.bookingId },
    params: { startsAt: start, leavesAt },
  });
  skipTo(start - 290);
  await waitFor('the driver to hear it, too', () =>
    notices.some(
      ({ code, to, bookingId }) =>
        code === 'CONNECTOR_BUSY' && to === 'driver' && bookingId === next.bookingId,
    ),
  );
  skipTo(start);
  expect(await box.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await box.stop(transactionId, 0);
  await box.status('Finishing');
  expect(await told('BOOKING_BLOCKED')).toMatchObject({
    ...{ to: 'both', bookingId: next.bookingId },
    params: { startsAt: start, reason: 'OCCUPIED' },
  });
  expect(() => agent.starts.byCode(startCodeOf(next.secret))).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^start\.(occupied|connectorBusy)$/) }),
  );

  // It leaves too late: still no no-show, and the driver gets everything back by a final reading of zero.
  await box.status('Available');
  await told('BOOKING_UNBLOCKED');
  expect(mayBeNoShow(agent, next)).toBe(false);
  agent.sessions.apply(next.bookingId, { type: 'stopAsked', at: here.nowSec() });
  expect(sessionOf(next.bookingId)).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0, cost: 0n } });
  expect(here.nowSec()).toBeLessThan(reportBy);
});

test('a booking whose place was free may still be a no-show', async () => {
  const { agent, box, nowSec } = await bookingFixture(scope);
  const booked = bookOn(agent);
  const { bookingId } = booked;
  await box.status('Available');
  expect(mayBeNoShow(agent, booked)).toBe(true);
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
});

test("the owner's own car in the slot: told, left alone, and the driver is not kept waiting", async () => {
  const { agent, box, told, sessionOf, nowSec } = await bookingFixture(scope);
  const { bookingId, secret } = bookOn(agent);
  const { transactionId, status } = await box.start('OWNER', 0);
  expect(status).toBe('Accepted');
  // A car that is full still stands there.
  await box.status('SuspendedEV');
  expect(await told('BOOKING_BLOCKED')).toMatchObject({
    to: 'both',
    bookingId,
    params: { reason: 'OCCUPIED' },
  });
  await box.status('Charging');
  expect(() => agent.starts.byCode(startCodeOf(secret))).toThrow(
    expect.objectContaining({ code: 'start.occupied' }),
  );
  await box.meter(transactionId, '900');
  await box.stop(transactionId, 1_000);
  await box.status('Available');
  await told('BOOKING_UNBLOCKED');
  const commands = ['RemoteStopTransaction', 'SetChargingProfile', 'RemoteStartTransaction'];
  expect(box.asked.filter(({ action }) => commands.includes(action))).toEqual([]);
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(sessionOf(bookingId).phase).toBe('FINAL');
});

test('a wallbox out of order when the slot begins: both are told, and the driver is not kept waiting', async () => {
  const { agent, box, told, sessionOf, nowSec } = await bookingFixture(scope);
  await box.call('StatusNotification', { connectorId: 1, status: 'Faulted', errorCode: 'GroundFailure' });
  const booked = bookOn(agent);
  expect(await told('BOOKING_BLOCKED')).toMatchObject({
    ...{ to: 'both', bookingId: booked.bookingId },
    params: { reason: 'FAULT' },
  });
  await box.status('Available');
  await told('BOOKING_UNBLOCKED');
  expect(mayBeNoShow(agent, booked)).toBe(false);
  agent.sessions.apply(booked.bookingId, { type: 'stopAsked', at: nowSec() });
  expect(sessionOf(booked.bookingId)).toMatchObject({
    phase: 'FINAL',
    lastReading: { energyWh: 0, cost: 0n },
  });
});

test('plugged in and 0 W for 5 minutes: both hear which side refuses, and when it is over', async () => {
  const here = await bookingFixture(scope);
  const { transactionId } = await here.charge(bookOn(here.agent, { slotCount: 8 }));
  await here.box.status('SuspendedEV');
  here.skip(300);
  expect(await here.told('SUSPENDED_EV')).toMatchObject({ to: 'both', params: { noPowerMin: 5 } });
  await here.box.meter(transactionId, '3000', { measurand: 'Power.Active.Import', unit: 'W' });
  await here.told('POWER_RESTORED');
  await here.box.status('SuspendedEVSE');
  here.skip(300);
  expect(await here.told('SUSPENDED_EVSE')).toMatchObject({ to: 'both', params: { noPowerMin: 5 } });
});

test('the cable is left in: the driver is reminded before overstay counts, and when it does', async () => {
  const here = await bookingFixture(scope);
  const booked = bookOn(here.agent, { slotCount: 2 });
  const { transactionId, session } = await here.charge(booked);
  const { end, closes } = session().plan.times;
  here.skipTo(end);
  await here.box.wasAsked('RemoteStopTransaction');
  await here.box.status('Finishing');
  await here.box.stop(transactionId, 0);
  expect(await here.told('UNPLUG_SOON')).toMatchObject({
    to: 'driver',
    params: { slotEndsAt: end, isSlotOver: true, closesAt: closes },
  });
  here.skipTo(closes - 300);
  await waitFor('the second', () => here.notices.filter(({ code }) => code === 'UNPLUG_SOON').length === 2);
  here.skipTo(closes);
  expect(await here.told('OVERSTAY')).toMatchObject({ to: 'both' });
  here.skip(120);
  await here.box.status('Available');
  await waitFor('the final reading', () => session().phase === 'FINAL');
});

test("the driver's phone sleeps: power to the unsigned limit, a pause that is told, and on when signatures come", async () => {
  const { box, handOver, session, cosign, told, notices, skip } = await bookingFixture(scope, {
    plan: CAUTIOUS,
  });
  handOver();
  await box.wasAsked('RemoteStartTransaction');
  const { transactionId } = await box.start(TAG, 0);
  await waitFor('the limit', () => session().current.acceptedA === 32);
  skip(15);
  await box.meter(transactionId, '90');
  expect(session().pause).toBeNull();
  skip(5);
  await box.meter(transactionId, '101');
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(notices).toEqual([]);
  skip(20);
  expect(await told('PAUSED_UNSIGNED')).toMatchObject({ to: 'driver' });
  cosign();
  await waitFor('power', () => session().current.acceptedA === 32);
  await told('RESUMED');
});

test('no tag at all is nobody’s, whatever is booked', async () => {
  const { agent, box } = await bookingFixture(scope);
  const { bookingId } = bookOn(agent);
  await box.status('Preparing');
  expect(await box.call('Authorize', { idTag: '' })).toEqual({ idTagInfo: { status: 'Invalid' } });
  expect((await box.start('', 0)).status).toBe('Invalid');
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
});

test('a visit that ends before any energy ends by a final reading of zero, which costs nothing but time', async () => {
  const { agent, box, charge } = await bookingFixture(scope);
  const { transactionId, session } = await charge(bookOn(agent));
  agent.sessions.apply(session().plan.bookingId, { type: 'stopAsked', at: Math.floor(Date.now() / 1000) });
  await box.wasAsked('RemoteStopTransaction');
  await box.stop(transactionId, 0);
  expect(session()).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0 } });
});
