import { expect, test } from 'vitest';
import { checkChargePoints } from '../../../meter-agent/cli/check-charge-points.ts';
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
    isLent: true,
    earned: '0',
    pairingCode: 'ABCDEFGH',
  };
  return {
    at: 1_000,
    startedAt: 900,
    rssBytes: 1,
    agentKey: '0x00',
    ocpp: { host: '127.0.0.1', port: 1, isTls: false },
    page: null,
    room: null,
    ledger: { rpcUrl: 'http://a', market: '0x00', chainId: 1, headAt: 990, seenAt: 995, outage: null },
    api: { url: 'http://b', isLinked: true, outage: null },
    evidence: null,
    backup: null,
    lastBackupAt: null,
    restore: null,
    queue: {
      unsignedReadings: 1,
      unsentReadings: 2,
      notices: 3,
      unsettledSessions: 4,
      outboxMessages: 5,
    },
    failedDials: [],
    refusedCards: [],
    chargePoints: [
      { id, isOnline: true, vendor: HOSTILE, model: HOSTILE, connectors: [{ ...connector, health }] },
    ],
    sessions: [],
    oddStops: { orphans: [], low: [] },
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

test('the page shows who could not connect and why, refused cards by their end, and when the last backup was made', () => {
  const snapshot: Snapshot = {
    ...snapshotWith('CP1'),
    failedDials: [
      { reason: 'WRONG_PASSWORD', address: '192.0.2.7', chargePointId: HOSTILE, at: 1_800_000_000, count: 3 },
    ],
    refusedCards: [{ chargePointId: 'CP1', idTag: '04A2B3C4D5', at: 1_800_000_000, count: 2 }],
  };
  const page = (more: Partial<Snapshot> = {}, isLocal = true) =>
    pageHtml({ ...snapshot, ...more }, { isLocal, timeZone: 'UTC' });
  expect(page()).toContain('(192.0.2.7) could not connect at 2027-01-15 08:00');
  expect(page()).toContain('3 times: it shows a wrong password. Enter the one of the configuration');
  expect(page()).toContain('CP1 refused a card that ends with …C4D5 at 2027-01-15 08:00');
  expect(page()).not.toContain('04A2B3');
  expect(page({}, false)).not.toMatch(/192\.0\.2\.7|C4D5|Backup/);
  expect(page()).toContain('<dt>Backup</dt><dd>never made; none is made regularly</dd>');
  expect(page({ lastBackupAt: 1_800_000_000 })).toContain('<dd>last made at 2027-01-15 08:00');
  const backup = { newestAt: 1_800_003_600, everyHours: 2, failure: 'no <disk>' };
  expect(page({ lastBackupAt: 1_800_000_000, backup })).toMatch(
    /<dd>last made at 2027-01-15 09:00.*; the newest try failed: no &#60;disk&#62;<\/dd>/,
  );
  const said = statusText(snapshot);
  for (const text of ['it shows a wrong password', '04A2B3C4D5', 'never made']) expect(said).toContain(text);
  const found = checkChargePoints({ ...snapshot, at: 1_800_000_001 });
  expect(found.map(({ text }) => text)).toContainEqual(expect.stringContaining('it shows a wrong password'));
});

test('what version 0.1 called otherwise is given out under both names, and read from an agent that still runs', () => {
  const snapshot: Snapshot = {
    ...snapshotWith('CP1'),
    sessions: [
      {
        ...{ bookingId: '0xab', chargePointId: 'CP1', connectorId: 1, phase: 'CHARGING' },
        ...{ pauseReason: 'UNCONFIRMED', assuranceLevel: 'meter-signed' },
        ...{ energyWh: 1, meteredWh: 1, billedWh: 1, cosignedWh: 0, powerW: 0, startsAt: 1, endsAt: 2 },
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
  const { pauseReason: _4, assuranceLevel: _5, meteredWh: _7, billedWh: _8, ...session } = given.sessions[0];
  const chargePoints = [{ ...given.chargePoints[0], connectors: [connector] }];
  const { token: _6, room: _9, ...others } = given;
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

test('page, status and doctor name the other central system: on or away, since when, and why', () => {
  const base = snapshotWith('CP1');
  const url = 'wss://house.example/';
  const withForward = (forward: NonNullable<Snapshot['chargePoints'][number]['forward']>): Snapshot => ({
    ...base,
    chargePoints: base.chargePoints.map((chargePoint) => ({ ...chargePoint, forward })),
  });
  const since = 1_800_000_000;
  const on = withForward({ url, isOn: true, since });
  const away = withForward({ url, isOn: false, since, reason: 'WRONG_PASSWORD' });
  const local = { isLocal: true, timeZone: 'Etc/UTC' } as const;
  expect(pageHtml(on, local)).toContain('connected since 2027-01-15 08:00:00 UTC');
  expect(pageHtml(away, local)).toMatch(
    /wss:\/\/house[^<]*away since 2027-01-15 08:00:00 UTC: it refuses the password/,
  );
  expect(pageHtml(away, { isLocal: false })).not.toContain('house.example');
  expect(statusText(on)).toContain('The other central system of CP1, wss://house.example/: connected since');
  expect(statusText(away)).toMatch(/away since .*: it refuses the password/);
  const found = (snapshot: Snapshot) => checkChargePoints(snapshot).find(({ what }) => what === 'forward');
  expect(found(on)).toMatchObject({ verdict: 'ok' });
  expect(found(away)).toMatchObject({ verdict: 'warn', remedy: expect.stringContaining('forward.password') });
  expect(found(base)).toBeUndefined();
  expect(found(withForward({ url, isOn: false, since, reason: 'NO_WALLBOX' }))).toBeUndefined();
});
