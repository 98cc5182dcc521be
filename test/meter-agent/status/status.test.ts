import { statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { askChargePoint, askSessions, askStatus } from '../../../meter-agent/cli/ask-agent.ts';
import { statusText } from '../../../meter-agent/cli/status.ts';
import { controlPath } from '../../../meter-agent/status/control.ts';
import { withFormerNames, withPresentNames } from '../../../meter-agent/status/former-names.ts';
import { metricsText } from '../../../meter-agent/status/metrics.ts';
import { pageHtml } from '../../../meter-agent/status/page.ts';
import { type Snapshot, snapshotSchema } from '../../../meter-agent/status/snapshot.ts';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const PAGE = { enabled: true, host: '127.0.0.1', port: 0, names: ['agent.home'] };

async function withPage(answers?: Record<string, Record<string, unknown>>) {
  const here = await agentFixture(scope, { config: { status: PAGE }, ...(answers && { answers }) });
  const snapshot = await askStatus(here.dataDir);
  if (snapshot?.page == null) throw new Error('there is no status page');
  return { ...here, page: snapshot.page };
}

interface Reply {
  status: number;
  text: string;
  headers: NodeJS.Dict<string | string[]>;
}

function get(url: string, headers: Record<string, string> = {}, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

test("the owner's socket tells how the agent stands, and is the owner's alone", async () => {
  const { dataDir, agent, port, bookingId } = await withPage();
  const snapshot = await waitFor('the box', async () => {
    const seen = await askStatus(dataDir);
    return seen?.chargePoints[0]?.isOnline === true && seen;
  });
  expect(snapshot).toMatchObject({
    agentKey: agent.key.account.address,
    ocpp: { port },
    api: { isLinked: false },
  });
  expect(snapshot.sessions).toMatchObject([{ bookingId, phase: 'BOOKED', energyWh: 0 }]);
  expect(statSync(controlPath(dataDir)).mode & 0o777).toBe(0o600);
});

test('an agent that ended is not running, also when it left its socket behind', async () => {
  const { dataDir, agent } = await withPage();
  await agent.close();
  expect(await askStatus(dataDir)).toBeUndefined();
  expect(await askStatus(scope.dir())).toBeUndefined();
});

test('an agent that was killed leaves a socket behind, and the next one takes its place', async () => {
  const dataDir = scope.dir();
  writeFileSync(controlPath(dataDir), '');
  const { agent } = await startAgent(scope, testConfig({ dataDir }));
  expect((await askStatus(dataDir))?.agentKey).toBe(agent.key.account.address);
});

test('a page whose port is taken keeps no wallbox from being served', async () => {
  const { page } = await withPage();
  const dataDir = scope.dir();
  const status = { ...PAGE, port: Number(new URL(page).port) };
  await startAgent(scope, testConfig({ dataDir, status }));
  expect((await askStatus(dataDir))?.page).toBeNull();
});

test('a box is unlocked and reset through the socket, and says so', async () => {
  const { dataDir } = await withPage({
    UnlockConnector: { status: 'Unlocked' },
    Reset: { status: 'Rejected' },
  });
  const unlock = { do: 'unlock', chargePointId: 'CP1', connectorId: 1 } as const;
  expect(await askChargePoint(dataDir, unlock)).toBe('accepted');
  expect(await askChargePoint(dataDir, { do: 'reset', chargePointId: 'CP1', isHard: true })).toBe('refused');
  expect(await askChargePoint(dataDir, { ...unlock, chargePointId: 'NOBODY' })).toBe('unreachable');
  await expect(askChargePoint(dataDir, { ...unlock, connectorId: 0 })).rejects.toThrow(/unlock, reset/);
});

test('the page shows the box and its pairing code with nothing from elsewhere', async () => {
  const { page } = await withPage();
  const { text, headers, status } = await get(page);
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(text).not.toMatch(/https?:\/\//);
  const [, code = ''] = /<strong>([A-Z2-7]{8})<\/strong>/.exec(text) ?? [];
  const picture = await get(`${page}pairing/${code}.svg`);
  expect(picture.headers['content-type']).toBe('image/svg+xml');
  expect(picture.text).toContain('<svg');
  expect((await get(`${page}pairing/AAAAAAAA.svg`)).status).toBe(404);
});

test.each([
  ['its address', '127.0.0.1:80', 200],
  ['an IPv6 address', '[::1]:80', 200],
  ['localhost', 'localhost', 200],
  ['a configured name', 'Agent.Home:8181', 200],
  ["somebody else's name", 'evil.example', 421],
  ['a name that looks like an address', '127.0.0.1.evil.example', 421],
])('asked by %s, the page answers as it should', async (_name, host, status) => {
  const { page } = await withPage();
  expect((await get(page, { host })).status).toBe(status);
});

test.each(['forwarded', 'x-forwarded-for', 'via'])(
  'who comes through a proxy (%s) is not at this machine',
  async (name) => {
    const { page } = await withPage();
    expect((await get(`${page}status`)).status).toBe(200);
    expect((await get(`${page}status`, { [name]: '192.0.2.7' })).status).toBe(404);
  },
);

test('a wrong start code is refused with the rule, the code is not shown, and guessing is slowed down', async () => {
  const { page, agent, bookingId } = await withPage();
  const code = `${'B'.repeat(51)}A`;
  const first = await get(`${page}start`, {}, `code=${code}`);
  expect(first.status).toBe(422);
  expect(first.text).toContain('role="alert"');
  expect(first.text).not.toContain(code);
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await get(`${page}start`, {}, `code=${code}`)).status);
  expect(statuses.at(-1)).toBe(429);
  expect(agent.sessions.get(bookingId)?.phase).toBe('BOOKED');
});

test('the start code typed on the page starts the charge', async () => {
  const { page, agent, box } = await withPage({ RemoteStartTransaction: { status: 'Accepted' } });
  const { bookingId, secret } = bookOn(agent);
  const typed = new URLSearchParams({ code: startCodeOf(secret).toLowerCase() });
  const { status, text } = await get(`${page}start`, { origin: page.slice(0, -1) }, typed.toString());
  expect(status).toBe(200);
  expect(text).toContain('role="status"');
  await box.wasAsked('RemoteStartTransaction');
  expect(agent.sessions.get(bookingId)?.phase).toBe('STARTING');
});

test('what another site sends to the form, or too much of it, is refused', async () => {
  const { page } = await withPage();
  const foreign = await get(`${page}start`, { origin: 'http://evil.example' }, 'code=A');
  expect(foreign.status).toBe(403);
  expect((await get(`${page}start`, {}, `code=${'A'.repeat(5_000)}`)).status).toBe(400);
});

test.each(['status', 'wallbox', 'box', 'sessions'])('the page commands nothing: POST %s', async (path) => {
  const { page } = await withPage();
  expect((await get(`${page}${path}`, {}, '{}')).status).toBe(405);
});

test('/metrics is what Prometheus reads', async () => {
  const { page } = await withPage();
  const { text, headers } = await get(`${page}metrics`);
  expect(headers['content-type']).toContain('version=0.0.4');
  expect(text).toContain('plugpact_agent_charge_points{state="online"} 1\n');
  expect(text).toContain('plugpact_agent_sessions{phase="BOOKED"} 1\n');
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) .+|[a-z_]+(\{[a-z_]+="([^"\\\n]|\\.)*"(,[a-z_]+="([^"\\\n]|\\.)*")*\})? -?[\d.]+)$/,
    );
  }
});

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
  });
  const { unsettledSessions: _1, outboxMessages: _2, ...queue } = given.queue;
  const { hasLocation: _3, ...connector } = given.chargePoints[0].connectors[0];
  const { pauseReason: _4, assuranceLevel: _5, ...session } = given.sessions[0];
  const chargePoints = [{ ...given.chargePoints[0], connectors: [connector] }];
  const former = { ...given, queue, chargePoints, sessions: [session] };
  expect(snapshotSchema.parse(withPresentNames(former))).toEqual(JSON.parse(JSON.stringify(snapshot)));
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

test('notices are in words, in tokens and in the time zone of who reads them', async () => {
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

test('the page takes the time zone of its browser, and no other text for one', async () => {
  const { page } = await withPage();
  for (const zone of ['Europe/Berlin', 'Nowhere/<script>', '']) {
    const { status, text } = await get(`${page}?timeZone=${encodeURIComponent(zone)}`);
    expect([status, text.includes('<script>')]).toEqual([200, false]);
  }
});

test('sessions come one a line, without the start secret', async () => {
  const { dataDir, bookingId, handOver, agent } = await withPage();
  handOver();
  const secret = agent.journal.session(bookingId)?.secret;
  const lines = [];
  for await (const line of (await askSessions(dataDir)) ?? []) lines.push(line);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ bookingId, phase: 'STARTING', reading: null });
  expect(lines[0]).not.toContain(secret);
});
