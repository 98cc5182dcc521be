import { afterEach, expect, test } from 'vitest';
import type { Agent } from '../../meter-agent/agent.ts';
import type { Presence } from '../../meter-agent/presence.ts';
import { ownWord } from '../../meter-agent/publish/own-word.ts';
import { startCodeOf } from '../../protocol/startCode.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { Scope } from './support/agent.ts';
import { bench, TAG } from './support/bench.ts';
import { type Booked, bookOn, startEnvelopeOf } from './support/booked.ts';
import { noticeLog } from './support/notices.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ACCEPTING = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
};
const STRANGER = `0x${'99'.repeat(20)}` as const;

/** Whether the agent would claim a no-show of a connector that stood free whenever it was looked at. */
function mayBeNoShow(agent: Agent, { bookingId, fact }: Booked): boolean {
  const presence = { stoodFree: () => true } as unknown as Presence;
  const { journal, ledger } = agent;
  return ownWord({ config: { claimNoShows: true }, journal, ledger, presence }, bookingId, fact).isAbsent;
}

/** An agent, a box, and what people were told. */
async function place(options: Parameters<typeof bench>[1] = {}) {
  const { notices, log } = noticeLog();
  const here = await bench(scope, {
    answers: ACCEPTING,
    plan: { chargePointId: 'ELSEWHERE' },
    log,
    ...options,
  });
  const told = (code: string) =>
    waitFor(`people to be told ${code}`, () => notices.find((notice) => notice.code === code));
  const slot = Math.floor(here.nowSec() / 900);
  const sessionOf = (bookingId: `0x${string}`) => {
    const session = here.agent.sessions.get(bookingId);
    if (session === undefined) throw new Error('the session is gone');
    return session;
  };
  /** The agent's clock comes to that moment (unix seconds). */
  const skipTo = (at: number) => here.skip(at - here.nowSec());
  /** Starts a booking with the code, plugs in, and begins its transaction. */
  const charge = async ({ bookingId, secret }: ReturnType<typeof bookOn>) => {
    here.agent.starts.byCode(startCodeOf(secret));
    const { idTag } = await here.box.wasAsked('RemoteStartTransaction');
    const { transactionId } = await here.box.start(String(idTag), 0);
    await here.box.status('Charging');
    return { transactionId, session: () => sessionOf(bookingId) };
  };
  return { ...here, notices, told, slot, sessionOf, skipTo, charge };
}

test("the car of the visit before stays: host and next driver hear it early, the slot begins OCCUPIED, and nobody charges on the other's money", async () => {
  const here = await place();
  const { agent, box, slot, told, notices, sessionOf, skipTo } = here;
  const first = bookOn(agent, { firstSlot: slot, slotCount: 1, driver: STRANGER });
  const next = bookOn(agent, { firstSlot: slot + 1, slotCount: 2 });
  await box.status('Preparing');
  const { transactionId } = await here.charge(first);
  const { start, reportBy } = sessionOf(next.bookingId).plan.times;

  expect(await told('BAY_IN_USE')).toMatchObject({ to: 'host', bookingId: next.bookingId });
  skipTo(start - 290);
  await waitFor('the driver to hear it, too', () =>
    notices.some(
      ({ code, to, bookingId }) => code === 'BAY_IN_USE' && to === 'driver' && bookingId === next.bookingId,
    ),
  );
  skipTo(start);
  expect(await box.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await box.stop(transactionId, 0);
  await box.status('Finishing');
  expect(await told('OCCUPIED')).toMatchObject({ to: 'both', bookingId: next.bookingId });
  expect(() => agent.starts.byCode(startCodeOf(next.secret))).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^start\.(occupied|connectorBusy)$/) }),
  );

  // It leaves too late: still no no-show, and the driver gets everything back by a final reading of zero.
  await box.status('Available');
  await told('FREE_AGAIN');
  expect(mayBeNoShow(agent, next)).toBe(false);
  agent.sessions.apply(next.bookingId, { type: 'stopAsked', at: here.nowSec() });
  expect(sessionOf(next.bookingId)).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0, cost: 0n } });
  expect(here.nowSec()).toBeLessThan(reportBy);
});

test('a booking whose place was free may still be a no-show', async () => {
  const { agent, box, nowSec } = await place();
  const booked = bookOn(agent);
  const { bookingId } = booked;
  await box.status('Available');
  expect(mayBeNoShow(agent, booked)).toBe(true);
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
});

test("the owner's own car in the slot: told, left alone, and the driver is not kept waiting", async () => {
  const { agent, box, told, sessionOf, nowSec } = await place();
  const { bookingId, secret } = bookOn(agent);
  const { transactionId, status } = await box.start('OWNER', 0);
  expect(status).toBe('Accepted');
  await box.status('Charging');
  expect(await told('OCCUPIED')).toMatchObject({ to: 'both', bookingId });
  expect(() => agent.starts.byCode(startCodeOf(secret))).toThrow(
    expect.objectContaining({ code: 'start.occupied' }),
  );
  await box.meter(transactionId, '900');
  await box.stop(transactionId, 1_000);
  await box.status('Available');
  await told('FREE_AGAIN');
  const commands = ['RemoteStopTransaction', 'SetChargingProfile', 'RemoteStartTransaction'];
  expect(box.asked.filter(({ action }) => commands.includes(action))).toEqual([]);
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  expect(sessionOf(bookingId).phase).toBe('FINAL');
});

test('a wallbox out of order when the slot begins: both are told, and the driver is not kept waiting', async () => {
  const { agent, box, told, sessionOf, nowSec } = await place();
  await box.call('StatusNotification', { connectorId: 1, status: 'Faulted', errorCode: 'GroundFailure' });
  const booked = bookOn(agent);
  expect(await told('OUT_OF_ORDER')).toMatchObject({ to: 'both', bookingId: booked.bookingId });
  await box.status('Available');
  await told('FREE_AGAIN');
  expect(mayBeNoShow(agent, booked)).toBe(false);
  agent.sessions.apply(booked.bookingId, { type: 'stopAsked', at: nowSec() });
  expect(sessionOf(booked.bookingId)).toMatchObject({
    phase: 'FINAL',
    lastReading: { energyWh: 0, cost: 0n },
  });
});

test('plugged in and 0 W for 5 minutes: both hear which side refuses, and when it is over', async () => {
  const here = await place();
  const { transactionId } = await here.charge(bookOn(here.agent, { slotCount: 8 }));
  await here.box.status('SuspendedEV');
  here.skip(300);
  expect(await here.told('SUSPENDED_EV')).toMatchObject({
    to: 'both',
    text: expect.stringContaining('the car'),
  });
  await here.box.meter(transactionId, '3000', { measurand: 'Power.Active.Import', unit: 'W' });
  await here.told('POWER_AGAIN');
  await here.box.status('SuspendedEVSE');
  here.skip(300);
  expect(await here.told('SUSPENDED_EVSE')).toMatchObject({ text: expect.stringContaining('the wallbox') });
});

test('the cable is left in: the driver is reminded before overstay counts, and when it does', async () => {
  const here = await place();
  const booked = bookOn(here.agent, { slotCount: 2 });
  const { transactionId, session } = await here.charge(booked);
  const { end, closes } = session().plan.times;
  here.skipTo(end);
  await here.box.wasAsked('RemoteStopTransaction');
  await here.box.status('Finishing');
  await here.box.stop(transactionId, 0);
  expect(await here.told('UNPLUG_SOON')).toMatchObject({
    to: 'driver',
    text: expect.stringContaining('UTC'),
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
  const { box, handOver, session, cosign, told, notices, skip } = await place({ plan: {} });
  handOver();
  await box.wasAsked('RemoteStartTransaction');
  const { transactionId } = await box.start(TAG, 0);
  await waitFor('the limit', () => session().current.acceptedA === 32);
  skip(300);
  await box.meter(transactionId, '100');
  expect(session().hold).toBeNull();
  await box.meter(transactionId, '101');
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(notices).toEqual([]);
  skip(20);
  expect(await told('PAUSED_UNSIGNED')).toMatchObject({ to: 'driver' });
  cosign();
  await waitFor('power', () => session().current.acceptedA === 32);
  await told('RESUMED');
});

test('early: told from when, before the slot opens; served between opens and start while nobody else has the place', async () => {
  const { agent, box, slot, skipTo, sessionOf } = await place();
  const { bookingId, secret } = bookOn(agent, { firstSlot: slot + 4 });
  const { opens, start } = sessionOf(bookingId).plan.times;
  const code = startCodeOf(secret);
  expect(() => agent.starts.byCode(code)).toThrow(new Date(opens * 1000).toISOString());
  skipTo(opens);
  const other = bookOn(agent, { firstSlot: slot + 3, slotCount: 1, driver: STRANGER });
  expect(() => agent.starts.byCode(code)).toThrow(`Start again at ${new Date(start * 1000).toISOString()}`);
  agent.sessions.apply(other.bookingId, { type: 'ledgerEnded', at: opens });
  agent.starts.byCode(code);
  await box.wasAsked('RemoteStartTransaction');
});

test('who comes late is served to the end of the slot', async () => {
  const { agent, box, skipTo, sessionOf } = await place();
  const { bookingId, secret } = bookOn(agent);
  skipTo(sessionOf(bookingId).plan.times.end - 60);
  agent.starts.byCode(startCodeOf(secret));
  await box.wasAsked('RemoteStartTransaction');
});

test('somebody books the time before a slot that began early: no power until the own slot', async () => {
  const here = await place();
  const { agent, box, slot, skipTo, sessionOf } = here;
  const early = bookOn(agent, { firstSlot: slot + 4 });
  const { opens, start } = sessionOf(early.bookingId).plan.times;
  skipTo(opens);
  const { session } = await here.charge(early);
  await waitFor('the limit', () => session().current.acceptedA === 16);
  bookOn(agent, { firstSlot: slot + 3, slotCount: 1, driver: STRANGER });
  await waitFor('the pause', () => session().current.acceptedA === 0);
  expect(session().hold?.reason).toBe('neighbour');
  skipTo(start);
  await waitFor('power', () => session().current.acceptedA === 16);
  expect(box.asked.some(({ action }) => action === 'RemoteStopTransaction')).toBe(false);
});

test('extending: the next booking of the same driver goes on where the first one ends, the cable still in', async () => {
  const here = await place();
  const { agent, box, slot, skipTo, sessionOf, notices } = here;
  const first = bookOn(agent, { firstSlot: slot, slotCount: 1 });
  await box.status('Preparing');
  const { transactionId, session } = await here.charge(first);
  const next = bookOn(agent, { firstSlot: slot + 1, slotCount: 1, sessionKey: first.sessionKey });
  agent.starts.byCode(startCodeOf(next.secret));
  expect(sessionOf(next.bookingId).phase).toBe('BOOKED');
  skipTo(session().plan.times.end);
  await box.wasAsked('RemoteStopTransaction');
  await box.stop(transactionId, 500);
  await box.status('Finishing');
  await waitFor('the final reading', () => session().phase === 'FINAL');
  const { idTag } = await box.wasAsked('RemoteStartTransaction');
  expect((await box.start(String(idTag), 500)).status).toBe('Accepted');
  expect(sessionOf(next.bookingId)).toMatchObject({ phase: 'CHARGING', doneWh: 0 });
  expect(notices.filter(({ code }) => code === 'OCCUPIED' || code === 'OVERSTAY')).toEqual([]);
});

test("a guest's card that the booking names begins the charge, in its slot only", async () => {
  const { agent, box, slot, skipTo, sessionOf, nowSec } = await place();
  const booked = bookOn(agent, { firstSlot: slot + 4 });
  const { bookingId, fact } = booked;
  const authorize = async (idTag: string) => {
    const { idTagInfo } = (await box.call('Authorize', { idTag })) as { idTagInfo: { status: string } };
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
  expect(sessionOf(bookingId)).toMatchObject({ phase: 'BOOKED', ready: { card: '04a1b2c3d4' } });
  expect(await authorize('04A1B2C3D4')).toBe('Blocked');
  expect((await box.start('04A1B2C3D4', 0)).status).toBe('Blocked');
  skipTo(sessionOf(bookingId).plan.times.start);
  await box.status('Available');
  expect(mayBeNoShow(agent, booked)).toBe(true);
  await box.status('Preparing');
  expect(await authorize('04A1B2C3D4')).toBe('Accepted');
  const { transactionId, status } = await box.start(
    '04A1B2C3D4',
    100,
    new Date(nowSec() * 1000).toISOString(),
  );
  expect(status).toBe('Accepted');
  expect(sessionOf(bookingId).phase).toBe('CHARGING');
  await box.stop(transactionId, 100, { reason: 'EVDisconnected' });
  expect(sessionOf(bookingId)).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0 } });
  expect(box.asked.some(({ action }) => action === 'RemoteStartTransaction')).toBe(false);
});

test('no tag at all is nobody’s, whatever is booked', async () => {
  const { agent, box } = await place();
  const { bookingId } = bookOn(agent);
  await box.status('Preparing');
  expect(await box.call('Authorize', { idTag: '' })).toEqual({ idTagInfo: { status: 'Invalid' } });
  expect((await box.start('', 0)).status).toBe('Invalid');
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
});

test('a visit that ends before any energy ends by a final reading of zero, which costs nothing but time', async () => {
  const { agent, box, charge } = await place();
  const { transactionId, session } = await charge(bookOn(agent));
  agent.sessions.apply(session().plan.bookingId, { type: 'stopAsked', at: Math.floor(Date.now() / 1000) });
  await box.wasAsked('RemoteStopTransaction');
  await box.stop(transactionId, 0);
  expect(session()).toMatchObject({ phase: 'FINAL', lastReading: { energyWh: 0 } });
});
