import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { CLOSES, charging, commands, END, PLAN, SessionHarness } from '../support/session-harness.ts';

test('stops at the end of the slot, and the final reading is made once', () => {
  const play = charging();
  play.at = END - 1;
  expect(commands(play.wait(1))).toContain('remoteStop');
  play.stopped(1_000);
  play.wait(60);
  play.do({ type: 'stopAsked' });
  play.stopped(1_000);
  expect(play.finals).toHaveLength(1);
  expect(play.session.phase).toBe('FINAL');
});

test('a start that nobody plugged in ends by a final reading of zero', () => {
  const play = new SessionHarness();
  play.do({ type: 'startSecretReceived', idTag: 'TAG' });
  play.at = END - 1;
  play.wait(1);
  expect(play.finals).toEqual([
    { seq: 0, energyWh: 0, beganAt: END, endedAt: END, overstaySec: 0, isFinal: true },
  ]);
});

test('an unplug without StopTransaction ends the visit after a moment', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.do({ type: 'connectorStatus', status: 'Charging' });
  play.do({ type: 'connectorStatus', status: 'Available' });
  expect(commands(play.wait(10))).toEqual(['remoteStop']);
  play.do({ type: 'answered', command: 'stop', answer: 'refused' });
  play.wait(10);
  expect(play.finals).toMatchObject([{ energyWh: 40 }]);
});

test('a box that is away when its visit ends is waited for until nothing more may be billed: what it kept counts', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.do({ type: 'connection', connected: false });
  play.do({ type: 'stopAsked' });
  play.wait(300);
  expect(play.session.phase).toBe('STOPPING');
  const lost = new SessionHarness();
  lost.session = play.session;
  lost.at = CLOSES - 1;
  lost.wait(1);
  expect(lost.finals).toMatchObject([{ energyWh: 40 }]);
  play.do({ type: 'connection', connected: true });
  play.stopped(1_060);
  expect(play.finals).toMatchObject([{ energyWh: 60 }]);
});

test('an Available that the meter belies ends nothing: energy flows through a cable that is in', () => {
  const play = charging();
  play.do({ type: 'connectorStatus', status: 'Charging' });
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.metered(1_014, 4);
  expect(commands(play.wait(30))).not.toContain('remoteStop');
  expect(play.session).toMatchObject({ phase: 'CHARGING', unpluggedAt: null });
  play.do({ type: 'connectorStatus', status: 'Charging' });
  play.do({ type: 'connectorStatus', status: 'Available' });
  // The last value of a charge may come after the status that ended it, and one that stands still belies nothing.
  play.metered(1_020, 1);
  play.metered(1_020, 4);
  expect(commands(play.wait(5))).toEqual(['remoteStop']);
});

test('a box that never answers the stop is not waited for for ever', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.do({ type: 'stopAsked' });
  play.wait(59);
  expect(play.finals).toEqual([]);
  play.wait(1);
  expect(play.finals).toMatchObject([{ energyWh: 40 }]);
});

test('a clock that jumps hours back while the box is silent to a stop: it is waited for as long as ever', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.do({ type: 'stopAsked' });
  play.at -= 4 * 3_600;
  play.wait(59);
  expect(play.finals).toEqual([]);
  play.wait(2);
  expect(play.finals).toMatchObject([{ energyWh: 40 }]);
});

test('overstay is counted from closes while the car stands there', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.at = END - 1;
  play.wait(1);
  play.stopped(1_000);
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.at = CLOSES;
  play.wait(119);
  expect(play.finals).toEqual([]);
  play.do({ type: 'connectorStatus', status: 'Available' }, 1);
  expect(play.finals).toMatchObject([{ overstaySec: 120 }]);
});

test('overstay ends the visit while there is time left to report', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.at = END - 1;
  play.wait(1);
  play.stopped(1_000);
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.at = CLOSES + 299;
  play.wait(1);
  expect(play.finals).toMatchObject([{ overstaySec: 300 }]);
});

test('a stop that is heard of after the booked time is billed up to its close, as the ledger wants it', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.at = CLOSES + 50;
  play.stopped(1_060);
  expect(play.finals).toMatchObject([{ energyWh: 60, endedAt: CLOSES }]);
});

test('the next booking of the same driver keeps the car there: no overstay, also when the end is seen late', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.do({ type: 'followed' });
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.at = CLOSES + 100;
  play.stopped(1_000);
  expect(play.finals).toMatchObject([{ overstaySec: 0 }]);
});

test('a box that does not say whether the car is still there counts no overstay', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.at = END - 1;
  play.wait(1);
  play.stopped(1_000);
  play.at = CLOSES + 100;
  play.do({ type: 'connectorStatus', status: 'Unavailable' });
  expect(play.finals).toMatchObject([{ overstaySec: 0 }]);
});

test('overstay ends the visit once the reserve is used up', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 60_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.at = END - 1;
  play.wait(1);
  play.stopped(1_000);
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.at = CLOSES;
  play.wait(60);
  expect(play.finals).toEqual([]);
  play.wait(1);
  expect(play.finals).toMatchObject([{ overstaySec: 61 }]);
});

test('overstay ends where the cable was taken out, though the next car is plugged in before the box says so', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.do({ type: 'connection', connected: false });
  play.at = CLOSES;
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'connectorStatus', status: 'Available' }, 10);
  play.do({ type: 'connectorStatus', status: 'Preparing' }, 10);
  play.wait(10);
  play.stopped(1_000);
  expect(play.finals).toMatchObject([{ overstaySec: 10 }]);
});

test('the driver stop makes the final reading although the car stands there', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.do({ type: 'stopAsked' }, 60);
  play.stopped(1_010);
  expect(play.finals).toHaveLength(1);
});

test('a booking that the ledger ended gives no more power', () => {
  const play = charging();
  expect(commands(play.do({ type: 'ledgerEnded' }, 20))).toEqual(['remoteStop']);
  play.stopped(1_050);
  expect(play.session).toMatchObject({ phase: 'ENDED', transaction: null });
  expect(play.finals).toEqual([]);
});

test('after the end the car is gone once the box says Available, or has another one plugged in', () => {
  const over = () => {
    const play = charging();
    play.do({ type: 'connectorStatus', status: 'Charging' });
    play.do({ type: 'stopAsked' }, 60);
    play.stopped(1_010);
    play.do({ type: 'connectorStatus', status: 'Finishing' });
    expect(play.session).toMatchObject({ phase: 'FINAL', unpluggedAt: null });
    return play;
  };
  for (const status of ['Available', 'Preparing'] as const) {
    const play = over();
    play.do({ type: 'connectorStatus', status }, 60);
    expect(play.session.unpluggedAt).toBe(play.at);
    expect(play.finals).toHaveLength(1);
  }
});

test('a ledger that lost the end of a charge under way: it is stopped, and ends by its final reading', () => {
  const play = charging();
  play.metered(1_050, 60);
  play.do({ type: 'ledgerEnded' });
  play.do({ type: 'ledgerLost' });
  expect(play.session.phase).toBe('STOPPING');
  play.stopped(1_050);
  expect(play.finals).toMatchObject([{ energyWh: 50 }]);
});

test('a ledger that lost the end brings a finished session back to its final reading', () => {
  const play = charging();
  play.do({ type: 'stopAsked' }, 10);
  play.stopped(1_010);
  play.do({ type: 'ledgerEnded' });
  expect(driverViewOf(play.session)?.state).toBe('SETTLED');
  play.do({ type: 'ledgerLost' });
  expect(play.session.phase).toBe('FINAL');
});
