import { expect, test } from 'vitest';
import { charging, commands, SessionHarness } from '../support/session-harness.ts';

/** The start secret is there, and so is the cable. */
function awaiting(status: 'Preparing' | 'Available' = 'Preparing'): SessionHarness {
  const harness = new SessionHarness();
  harness.do({ type: 'connectorStatus', status });
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  return harness;
}

const notices = ({ effects }: SessionHarness) =>
  effects.flatMap((effect) => (effect.do === 'notify' ? [{ ...effect }] : []));

const refuses = (harness: SessionHarness, word: string) =>
  harness.do({ type: 'answered', command: 'start', answer: 'refused', word });

test('the second refusal is told to both, in the charge point’s own word, and only once', () => {
  const harness = awaiting();
  refuses(harness, 'Rejected');
  expect(notices(harness)).toEqual([]);
  harness.wait(15);
  refuses(harness, 'Rejected');
  expect(notices(harness)).toMatchObject([
    { code: 'START_REFUSED', to: 'both', params: { answer: 'Rejected' } },
  ]);
  for (let i = 0; i < 4; i += 1) {
    harness.wait(120);
    refuses(harness, 'Rejected');
  }
  expect(notices(harness)).toHaveLength(1);
});

test('one that refuses is asked ever more rarely, and at once when the cable comes', () => {
  const harness = awaiting();
  const askedAt: number[] = [];
  refuses(harness, 'Rejected');
  for (let second = 1; second <= 400; second += 1) {
    if (!commands(harness.wait(1)).includes('remoteStart')) continue;
    askedAt.push(second);
    refuses(harness, 'Rejected');
  }
  expect(askedAt).toEqual([15, 45, 105, 225, 345]);
  harness.do({ type: 'connectorStatus', status: 'Available' });
  expect(commands(harness.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual(['remoteStart']);
});

test('a start that was accepted and has not begun after a minute is told, with what the charge point reports', () => {
  const harness = awaiting();
  harness.do({ type: 'answered', command: 'start', answer: 'accepted', word: 'Accepted' });
  harness.wait(59);
  expect(notices(harness)).toEqual([]);
  harness.wait(2);
  expect(notices(harness)).toMatchObject([
    { code: 'START_NOT_BEGUN', to: 'both', params: { answer: 'Accepted', status: 'Preparing' } },
  ]);
  harness.wait(600);
  expect(notices(harness)).toHaveLength(1);
});

test('no answer at all is told as that; a cable that is awaited is nobody’s fault', () => {
  const silent = awaiting();
  silent.do({ type: 'answered', command: 'start', answer: 'unreachable' });
  silent.wait(61);
  expect(notices(silent)).toMatchObject([{ code: 'START_NOT_BEGUN', params: { answer: 'NoAnswer' } }]);
  const free = awaiting('Available');
  free.do({ type: 'answered', command: 'start', answer: 'accepted', word: 'Accepted' });
  free.wait(600);
  expect(notices(free)).toEqual([]);
});

test('a charge point that goes back to Preparing and meters no more is asked for a start again', () => {
  const harness = charging();
  harness.do({ type: 'connectorStatus', status: 'Charging' }, 1);
  harness.do({ type: 'connectorStatus', status: 'Preparing' }, 1);
  expect(commands(harness.wait(10))).not.toContain('remoteStart');
  expect(commands(harness.wait(4))).toContain('remoteStart');

  const metering = charging();
  metering.do({ type: 'connectorStatus', status: 'Charging' }, 1);
  metering.do({ type: 'connectorStatus', status: 'Preparing' }, 1);
  metering.metered(1_010, 5);
  expect(commands(metering.wait(10))).not.toContain('remoteStart');
});

test('one that ends at once what it began is asked once more, and then people are told', () => {
  const harness = charging();
  harness.stopped(1_000, null);
  expect(harness.session).toMatchObject({ phase: 'STARTING', stopCause: null });
  expect(commands(harness.wait(15))).toContain('remoteStart');
  harness.begin(1_000, 2);
  harness.stopped(1_000, null, 2);
  expect(harness.session).toMatchObject({ stopCause: 'wallbox' });
  expect(notices(harness)).toMatchObject([
    { code: 'START_NOT_BEGUN', to: 'both', params: { answer: 'Ended' } },
  ]);
  for (const reason of ['Local', 'EVDisconnected', 'DeAuthorized']) {
    const wanted = charging();
    wanted.stopped(1_000, reason);
    expect(wanted.session.phase, reason).not.toBe('STARTING');
  }
});

test('a silent meter is told with the value that came and does not count, and with none where none came', () => {
  const harness = charging();
  harness.do({ type: 'unusable', reason: 'TRANSACTION', value: '0' });
  harness.wait(120);
  expect(notices(harness)).toMatchObject([
    { code: 'PAUSED_METER_SILENT', to: 'both' },
    { code: 'METER_NOT_BELIEVED', to: 'both', params: { reason: 'TRANSACTION', value: '0' } },
  ]);
  const jumped = charging();
  jumped.metered(9_999_999, 1);
  jumped.wait(120);
  expect(notices(jumped)).toMatchObject([
    { code: 'PAUSED_METER_SILENT' },
    { code: 'METER_NOT_BELIEVED', params: { reason: 'REGISTER', value: '9999999 Wh' } },
  ]);
  const silent = charging();
  silent.wait(120);
  expect(notices(silent).map(({ code }) => code)).toEqual(['PAUSED_METER_SILENT']);
});
