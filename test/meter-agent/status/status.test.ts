import { statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { askChargePoint, askSessions, askStatus } from '../../../meter-agent/cli/ask-agent.ts';
import { controlPath } from '../../../meter-agent/status/control.ts';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const PAGE = { enabled: true, host: '127.0.0.1', port: 0, names: ['agent.home'] };

async function withPage(answers?: Record<string, Record<string, unknown>>) {
  const fixture = await agentFixture(scope, { config: { status: PAGE }, ...(answers && { answers }) });
  const snapshot = await askStatus(fixture.dataDir);
  if (snapshot?.page == null) throw new Error('there is no status page');
  return { ...fixture, page: snapshot.page };
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

test("the owner's socket shows the agent's state, and is the owner's alone", async () => {
  const { dataDir, agent, port, bookingId } = await withPage();
  const snapshot = await waitFor('the charge point', async () => {
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

test('a charge point is unlocked and reset through the socket, and says so', async () => {
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

test('the page shows the charge point and its pairing code with nothing from elsewhere', async () => {
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

test('the page speaks the language of its reader, and the state that programs read has none', async () => {
  const { page } = await withPage();
  const german = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' };
  const { text } = await get(page, german);
  expect(text).toContain('<html lang="de">');
  expect(text).toContain('Eine gebuchte Ladung starten');
  expect(text).not.toMatch(/Start a booked charge|Wallboxes|Connections/);
  const asked = await get(`${page}?lang=en`, german);
  expect(asked.text).toContain('<html lang="en">');
  const refused = await get(`${page}start?lang=de`, {}, 'code=x');
  expect(refused).toMatchObject({ status: 422, text: expect.stringContaining('Keine offene Buchung') });
  expect((await get(`${page}nothing`, german)).text).toBe('Diese Seite gibt es nicht.');
  const stateIn = async (headers: Record<string, string>) =>
    Object.keys(JSON.parse((await get(`${page}status`, headers)).text));
  expect(await stateIn(german)).toEqual(await stateIn({}));
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
  const { page, agent, chargePoint } = await withPage({ RemoteStartTransaction: { status: 'Accepted' } });
  const { bookingId, secret } = bookOn(agent);
  const typed = new URLSearchParams({ code: startCodeOf(secret).toLowerCase() });
  const { status, text } = await get(`${page}start`, { origin: page.slice(0, -1) }, typed.toString());
  expect(status).toBe(200);
  expect(text).toContain('role="status"');
  await chargePoint.wasAsked('RemoteStartTransaction');
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
