import { expect, test } from 'vitest';
import { charging, type SessionHarness, START } from '../support/session-harness.ts';

const countedWh = ({ session }: SessionHarness): number =>
  session.doneWh + (session.transaction?.register.creditedWh ?? 0);

/** The charge point's clock is right. */
function metered(harness: SessionHarness, transactionId: number, registerWh: number, afterSec: number): void {
  const chargePointAt = harness.at + afterSec;
  harness.do({ type: 'metered', transactionId, registerWh, powerW: null, chargePointAt }, afterSec);
}

function begun(harness: SessionHarness, transactionId: number, meterStartWh: number, afterSec = 0): void {
  const chargePointAt = harness.at + afterSec;
  harness.do({ type: 'transactionStarted', transactionId, meterStartWh, chargePointAt }, afterSec);
}

function stopped(
  harness: SessionHarness,
  transactionId: number,
  meterStopWh: number,
  afterSec: number,
  reason: string | null = null,
): void {
  const chargePointAt = harness.at + afterSec;
  harness.do({ type: 'transactionStopped', transactionId, meterStopWh, reason, chargePointAt }, afterSec);
}

const commandsTo = (harness: SessionHarness, command: 'limit' | 'remoteStop') =>
  harness.effects.flatMap((effect) => (effect.do === command ? [effect.transactionId] : []));

test('one command, two starts: what goes on under either number counts once', () => {
  const first = charging();
  begun(first, 2, 1_000, 1);
  metered(first, 1, 1_040, 20);
  expect(first.session.transaction).toMatchObject({ transactionId: 1, register: { creditedWh: 40 } });
  stopped(first, 1, 1_060, 10);
  expect(first.session).toMatchObject({ doneWh: 60, transaction: null, stopCause: 'wallbox' });

  const second = charging();
  begun(second, 2, 1_000, 1);
  metered(second, 2, 1_040, 20);
  stopped(second, 2, 1_060, 10);
  expect(second.session).toMatchObject({ doneWh: 60, transaction: null });

  const both = charging();
  begun(both, 2, 1_000, 1);
  for (const [index, registerWh] of [1_010, 1_020, 1_030, 1_040].entries())
    metered(both, 1 + (index % 2), registerWh, 5);
  expect(countedWh(both)).toBe(40);
});

test('the number that the charge goes on under is the one that limits and stops name', () => {
  const harness = charging();
  begun(harness, 2, 1_000, 1);
  harness.answerLimit('accepted');
  metered(harness, 1, 1_010, 5);
  expect(commandsTo(harness, 'limit').at(-1)).toBe(1);
  harness.do({ type: 'stopAsked' });
  expect(commandsTo(harness, 'remoteStop')).toEqual([1, 2]);
  // It refuses the one that it does not know: that is no refusal to stop.
  harness.do({ type: 'answered', command: 'stop', answer: 'refused' });
  harness.wait(15);
  expect(harness.session.phase).toBe('STOPPING');
});

test('a stop of the number under which nothing came closes that number alone', () => {
  const harness = charging();
  begun(harness, 2, 1_000, 1);
  metered(harness, 2, 1_020, 5);
  stopped(harness, 1, 1_000, 1);
  expect(harness.session).toMatchObject({
    phase: 'CHARGING',
    transaction: { transactionId: 2, earlier: [] },
  });
  const unheard = charging();
  begun(unheard, 2, 1_000, 1);
  stopped(unheard, 2, 1_000, 1);
  metered(unheard, 1, 1_020, 5);
  expect(unheard.session.transaction).toMatchObject({ transactionId: 1, register: { creditedWh: 20 } });
});

test('a second start a little later, over the same connection: what flowed in between counts under either number', () => {
  for (const number of [1, 2]) {
    const harness = charging();
    begun(harness, 2, 1_012, 8);
    metered(harness, number, 1_040, 20);
    expect(countedWh(harness)).toBe(40);
    stopped(harness, number, 1_060, 10);
    expect(harness.session).toMatchObject({ doneWh: 60, transaction: null });
  }
});

test('a restarted charge point that sends the end of the old transaction after the new start: both count, once', () => {
  const harness = charging();
  metered(harness, 1, 1_040, 30);
  harness.do({ type: 'connection', connected: false }, 5);
  harness.do({ type: 'connection', connected: true }, 4);
  begun(harness, 2, 1_050, 1);
  metered(harness, 2, 1_055, 5);
  expect(countedWh(harness)).toBe(45);
  const stored = { transactionId: 1, powerW: null } as const;
  harness.do({ type: 'metered', ...stored, registerWh: 1_047, chargePointAt: START + 35 }, 5);
  expect(countedWh(harness)).toBe(52);
  const end = { transactionId: 1, meterStopWh: 1_050, reason: 'PowerLoss' };
  harness.do({ type: 'transactionStopped', ...end, chargePointAt: START + 38 }, 1);
  expect(harness.session).toMatchObject({
    phase: 'CHARGING',
    transaction: { transactionId: 2, earlier: [] },
  });
  expect(countedWh(harness)).toBe(55);
  stopped(harness, 2, 1_070, 10);
  expect(harness.session.doneWh).toBe(70);
});

test('a new transaction whose register begins at 0 again has nothing to do with the number before', () => {
  const harness = charging();
  metered(harness, 1, 1_040, 30);
  begun(harness, 2, 0, 10);
  metered(harness, 2, 5, 5);
  metered(harness, 1, 1_045, 5);
  expect(countedWh(harness)).toBe(45);
});
