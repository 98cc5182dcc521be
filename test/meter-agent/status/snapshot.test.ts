import { expect, test } from 'vitest';
import { statusText } from '../../../meter-agent/cli/status.ts';
import { withFormerNames, withPresentNames } from '../../../meter-agent/status/former-names.ts';
import { metricsText } from '../../../meter-agent/status/metrics.ts';
import { pageHtml } from '../../../meter-agent/status/page.ts';
import { type Snapshot, snapshotSchema } from '../../../meter-agent/status/snapshot.ts';

const ABOUT = { listingId: `0x${'11'.repeat(32)}`, bookingId: null, to: 'host', at: 1_800_000_000 } as const;
const HOSTILE = '"><script>alert(1)</script>\\\n';

function snapshotWith(id: string): Snapshot {
  const health = { lastError: HOSTILE, clockOffsetSec: 3, temperatureC: 41.5 };
  const connector = {
    connectorId: 1,
    status: HOSTILE,
    hasMeterKey: false,
    listingId: null,
    hasLocation: false,
    pairingCode: 'ABCDEFGH',
  };
  return {
    at: 1_000,
    startedAt: 900,
    rssBytes: 1,
    agentKey: '0x00',
    ocpp: { host: '127.0.0.1', port: 1, isTls: false },
    page: null,
    ledger: { rpcUrl: 'http://a', market: '0x00', chainId: 1, headAt: 990, seenAt: 995, outage: null },
    api: { url: 'http://b', isLinked: true, outage: null },
    queue: { unsignedReadings: 1, unsentReadings: 2, notices: 3, unsettledSessions: 4, outboxMessages: 5 },
    chargePoints: [
      { id, isOnline: true, vendor: HOSTILE, model: HOSTILE, connectors: [{ ...connector, health }] },
    ],
    sessions: [],
    notices: [
      { ...ABOUT, code: 'FAULT', params: { errorCode: HOSTILE } },
      { ...ABOUT, code: 'FAULT', params: { text: HOSTILE } },
    ],
    token: { symbol: 'DUSD', decimals: 6 },
  };
}

test('what a wallbox says is text on the page, and a label in the metrics', () => {
  for (const isLocal of [true, false])
    expect(pageHtml(snapshotWith(HOSTILE), { isLocal })).not.toContain('<script>');
  const text = metricsText(snapshotWith(HOSTILE));
  expect(text).toContain('charge_point="\\"><script>alert(1)</script>\\\\\\n",connector="1"} 41.5\n');
  expect(text).toContain('plugpact_agent_ledger_lag_seconds 10\n');
});

test('what version 0.1 called otherwise is given out under both names, and read from an agent that still runs', () => {
  const snapshot: Snapshot = {
    ...snapshotWith('CP1'),
    sessions: [
      {
        ...{ bookingId: '0xab', chargePointId: 'CP1', connectorId: 1, phase: 'CHARGING' },
        ...{ pauseReason: 'UNCONFIRMED', assuranceLevel: 'meter-signed' },
        ...{ energyWh: 1, cosignedWh: 0, powerW: 0, startsAt: 1, endsAt: 2 },
      },
    ],
  };
  const given = JSON.parse(JSON.stringify(withFormerNames(snapshot)));
  expect(given).toMatchObject({
    queue: { unsettledSessions: 4, visits: 4, outboxMessages: 5, letters: 5 },
    chargePoints: [{ connectors: [{ hasLocation: false, hasPlace: false }] }],
    sessions: [{ pause: 'fresh', tier: 'meter-signed' }],
    notices: [{ code: 'FAULT', text: expect.stringMatching(/^The wallbox reports/) }, { text: HOSTILE }],
  });
  const { unsettledSessions: _1, outboxMessages: _2, ...queue } = given.queue;
  const { hasLocation: _3, ...connector } = given.chargePoints[0].connectors[0];
  const { pauseReason: _4, assuranceLevel: _5, ...session } = given.sessions[0];
  const chargePoints = [{ ...given.chargePoints[0], connectors: [connector] }];
  const { token: _6, ...others } = given;
  const notices = [{ ...ABOUT, code: 'FAULT_OVER', text: 'Over.' }];
  const former = { ...others, queue, chargePoints, sessions: [session], notices };
  expect(snapshotSchema.parse(withPresentNames(former))).toEqual({
    ...JSON.parse(JSON.stringify(snapshot)),
    notices: [{ ...ABOUT, code: 'FAULT_CLEARED', params: { text: 'Over.' } }],
    token: null,
  });
  expect(snapshotSchema.parse(withPresentNames(given))).toEqual(JSON.parse(JSON.stringify(snapshot)));
  const text = metricsText(snapshot);
  for (const name of ['unsettled_sessions', 'visits_waiting'])
    expect(text).toContain(`plugpact_agent_${name} 4\n`);
});

test('who is not at this machine sees neither pairing codes nor bookings', () => {
  const far = pageHtml(snapshotWith('CP1'), { isLocal: false });
  expect(far).not.toContain('ABCDEFGH');
  expect(far).not.toContain('Bookings');
  expect(far).toContain('Start code');
  expect(pageHtml(snapshotWith('CP1'), { isLocal: true })).toContain('ABCDEFGH');
});

test('notices are in words, in tokens and in the time zone of who reads them', () => {
  const notices: Snapshot['notices'] = [
    {
      ...{ ...ABOUT, to: 'both', code: 'BOOKING_BLOCKED' },
      params: { startsAt: 1_800_000_900, reason: 'OCCUPIED' },
    },
    { ...ABOUT, code: 'CLAIMED', params: { amount: '2500000' } },
  ];
  const snapshot = { ...snapshotWith('CP1'), notices };
  const html = pageHtml(snapshot, { isLocal: true, timeZone: 'America/New_York' });
  expect(html).toContain('<time>2027-01-15 03:00:00 GMT−5</time> The booking of 03:15 cannot begin');
  expect(html).toContain('Ask for it to be moved');
  expect(html).toContain('2.50\u00a0DUSD');
  expect(pageHtml(snapshot, { isLocal: true, timeZone: 'Asia/Kolkata' })).toContain('The booking of 13:45');
  const own = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  expect(statusText(snapshot)).toContain(`The booking of ${own.format(1_800_000_900_000)} cannot begin`);
  expect(statusText({ ...snapshot, token: null })).toContain('2500000 token units');
});
