import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { writeNewConfig } from '../../../meter-agent/cli/new-config.ts';
import { Asker } from '../../../meter-agent/cli/questions.ts';
import { readConfig } from '../../../meter-agent/config/file.ts';
import { NETWORKS } from '../../../protocol/networks.ts';
import { ApiClient } from '../../../scripts/client/api-client.ts';
import { listCharger } from '../../../scripts/client/host.ts';
import { LedgerAccess } from '../../../scripts/client/ledger-access.ts';
import { ended, stopChild } from '../../../scripts/lib/child.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { startLedger, startServer, type TestServer } from '../../server/support.ts';
import { installedCommand } from '../../support/installed.ts';
import { ownPort } from '../../support/stable-port.ts';
import { deploymentWith } from '../support/networks.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope, startWallbox } from '../support/start-agent.ts';
import { chargeOnce, installedAgent, runHere } from './newcomer-actions.ts';

const scope = new Scope();
let server: TestServer;
let api: ApiClient;
let ledger: LedgerAccess;
/** Of the agent as it was installed from its archive. */
let program: string;

beforeAll(async () => {
  const installed = installedCommand('agent', scope.dir());
  const real = await startLedger();
  scope.onEnd(() => real.stop());
  server = await startServer(real.market);
  scope.onEnd(() => server.stop());
  api = new ApiClient(server.url);
  const config = await waitFor('the API', () => api.call('getConfig'));
  ledger = new LedgerAccess(api, config);
  program = await installed;
});
afterAll(() => scope.end());

const { command, done } = installedAgent(scope, () => program);

test('a newcomer gets from the archive to a listed charger that is charged at, with the agent’s own words', async () => {
  const config = join(scope.dir(), 'agent.yaml');
  const [port, at] = [ownPort(), ['--config', config]];
  const init = command([
    'init',
    '--yes',
    ...at,
    ...['--api', server.url, '--listen', '127.0.0.1', '--port', String(port), '--hint-after', '0'],
    ...['--power-w', '43000'],
  ]);
  await waitFor('the address and the hint', () => init.said().includes('No wallbox has connected yet'));
  expect(init.said()).toContain(`ws://127.0.0.1:${port}/`);
  expect(init.said()).toMatch(/listing names: 0x[0-9a-fA-F]{40}/);
  expect(readFileSync(config, 'utf8')).toContain('# yaml-language-server: $schema=agent.schema.json');
  expect(statSync(config).mode & 0o777).toBe(0o600);
  expect(statSync(join(config, '../data/agent.key')).mode & 0o777).toBe(0o600);

  const chargePoint = await startWallbox(scope, port, { id: 'HOME', 'power-w': '43000' });
  const code = await waitFor('the pairing code', () => /pairing code ([A-Z2-7]{8})/.exec(init.said())?.[1]);
  await waitFor('what the charge point says', () => init.said().includes('HOME is a '));
  await waitFor('the meter key', () => init.said().includes("the meter's key is known"));
  const list = () => listCharger(api, ledger, localAccount('host'), code);
  // The API lets nobody try many codes.
  const { listingId } = await waitFor('the API to know the code', list, { pollMs: 2_000 });
  await waitFor('init to serve what is listed', () => init.said().includes('is served from here'));
  expect(init.said()).toContain(`is listed: ${listingId}`);
  expect(JSON.parse((await runHere(['status', '--json', ...at])).text)).toMatchObject({ isRunning: true });

  const run = command(['run', ...at]);
  await waitFor('the agent to listen', () => run.said().includes('"msg":"listening"'));
  expect(await ended(init.child), init.said()).toBe(0);
  expect(await runHere(['run', ...at])).toMatchObject({
    code: 1,
    text: expect.stringContaining('One agent at a time uses a data folder'),
  });
  const energyWh = await chargeOnce({ api, ledger }, listingId, chargePoint);
  expect(energyWh).toBeGreaterThan(0);

  const status = await done(['status', '--json', ...at]);
  expect(status.code).toBe(0);
  expect(JSON.parse(status.text)).toMatchObject({
    isRunning: true,
    api: { isLinked: true },
    chargePoints: [{ id: 'HOME', isOnline: true, connectors: [{ listingId, pairingCode: null }] }],
  });
  const doctor = await runHere(['doctor', '--json', ...at]);
  const findings = JSON.parse(doctor.text) as { what: string; verdict: string }[];
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toMatchObject([{ what: 'backup' }]);
  expect(doctor.code).toBe(0);
  expect(new Set(findings.map(({ what }) => what))).toEqual(
    new Set([
      ...['config', 'key', 'disk', 'backup', 'room', 'listing', 'ledger', 'clock', 'market', 'api', 'link'],
      'wallbox',
      'stops',
      'evidence',
    ]),
  );

  const json = await waitFor('the agent to have seen the payment', async () => {
    const sessions = JSON.parse((await runHere(['export', '--format', 'json', ...at])).text);
    return sessions[0]?.paid !== null && sessions;
  });
  expect(json).toMatchObject([
    { reading: { energyWh, isFinal: true }, reservationStatus: 'FULFILLED', paid: { currency: 'DUSD' } },
  ]);
  const file = join(scope.dir(), 'one.backup');
  vi.stubEnv('PLUGPACT_BACKUP_PASSPHRASE', 'correct horse battery staple');
  expect(await runHere(['backup', '--to', file, ...at])).toMatchObject({ code: 0 });
  const restore = ['restore', file, '--config'];
  expect(await runHere([...restore, config])).toMatchObject({
    code: 1,
    text: expect.stringContaining('A backup is not restored under a running agent'),
  });
  await stopChild(run.child);
  const elsewhere = join(scope.dir(), 'agent.yaml');
  expect(await runHere([...restore, elsewhere])).toMatchObject({
    code: 0,
    text: expect.stringContaining('Then start it: plugpact-agent run'),
  });
  const exported = async (of: string) =>
    JSON.parse((await runHere(['export', '--format', 'json', '--config', of])).text) as unknown[];
  expect(await exported(elsewhere)).toEqual(await exported(config));
  expect(await runHere([...restore, elsewhere])).toMatchObject({
    code: 1,
    text: expect.stringContaining('"--force" puts it aside'),
  });
  const ocpi = await runHere(['export', '--format', 'ocpi', '--country-code', 'NL', ...at]);
  const [cdr] = JSON.parse(ocpi.text) as {
    total_energy: number;
    signed_data: { signed_values: unknown[] };
  }[];
  expect(cdr?.total_energy).toBe(energyWh / 1000);
  expect(cdr?.signed_data.signed_values.length).toBeGreaterThan(0);
  const none = await runHere(['export', '--format', 'csv', '--to', '2020-01-01', ...at]);
  expect(none.text.trimEnd().split('\r\n')).toHaveLength(1);
  expect(await runHere(['status', ...at])).toEqual({ code: 1, text: 'The agent is not running.\n' });
}, 150_000);

test('init asks nobody with --yes, and says what is missing', async () => {
  const config = join(scope.dir(), 'agent.yaml');
  const { code, text } = await runHere(['init', '--yes', '--config', config]);
  expect(code).toBe(2);
  expect(text).toContain('--api is missing');
});

test('init assumes no power: without a figure, and with nobody to ask, it refuses before it makes a key', async () => {
  const config = join(scope.dir(), 'agent.yaml');
  const args = ['init', '--yes', '--no-wait', '--config', config, '--api', server.url];
  expect(await runHere(args)).toMatchObject({ code: 2, text: expect.stringContaining('--power-w') });
  expect(existsSync(join(config, '../data/agent.key'))).toBe(false);
  expect(existsSync(config)).toBe(false);
});

test('init reads the power from a wallbox that names it, before its code is shown', async () => {
  const config = join(scope.dir(), 'agent.yaml');
  // The agent of the test before listens at the other one.
  const port = ownPort(1);
  const network = ['--listen', '127.0.0.1', '--port', String(port)];
  const init = command(['init', '--yes', '--config', config, '--api', server.url, ...network]);
  await waitFor('init to wait', () => init.said().includes('Waiting for the wallbox'));
  const settings = [{ key: 'MaxChargingPower', value: '7400', readonly: true }];
  const answers = { GetConfiguration: { configurationKey: settings } };
  const box = new ScriptedChargePoint(port, 'HOME', answers, { reconnect: true });
  scope.onEnd(async () => void (await box.close()));
  await waitFor('init to listen', () =>
    box.connect().then(
      () => true,
      () => false,
    ),
  );
  await waitFor('the power', () => init.said().includes('names its maximum power: 7400 W'));
  await waitFor('the pairing code', () => /pairing code [A-Z2-7]{8}/.test(init.said()));
  expect(readConfig(config)).toMatchObject({ defaultMaxPowerW: 7_400 });
  expect(init.said().indexOf('pairing code')).toBeGreaterThan(init.said().indexOf('7400 W'));
});

test('init says why an answer will not do', async () => {
  const config = join(scope.dir(), 'agent.yaml');
  const args = ['init', '--yes', '--config', config, '--api', server.url];
  expect(await runHere([...args, '--rpc', 'http://127.0.0.1:1'])).toMatchObject({
    code: 2,
    text: expect.stringContaining('does not answer as a ledger does'),
  });
  expect(await runHere([...args, '--market', '0x12'])).toMatchObject({
    code: 2,
    text: expect.stringContaining('20-byte address'),
  });
});

test('with --network the ledger is the one of its file, and an API of another market is refused', async () => {
  const {
    rpcUrl,
    market,
    token: { address: token },
  } = await api.call('getConfig');
  const config = join(scope.dir(), 'agent.yaml');
  const power = ['--power-w', '11000'];
  const at = ['--config', config, '--api', server.url, '--rpc', rpcUrl];
  const args = ['init', '--yes', '--no-wait', ...power, ...at];
  const deployed = vi.spyOn(NETWORKS.local, 'deployment', 'get');
  deployed.mockReturnValue(deploymentWith(`0x${'22'.repeat(20)}`, 0));
  expect(await runHere([...args, '--network', 'local'])).toMatchObject({
    code: 2,
    text: expect.stringContaining(`It serves the market ${market} on chain 31337`),
  });
  deployed.mockReturnValue(deploymentWith(market, 0));
  expect(await runHere([...args, '--network', 'local'])).toMatchObject({
    code: 2,
    text: expect.stringContaining(`It pays in the token ${token}; that of local is ${market}`),
  });
  deployed.mockReturnValue(deploymentWith(market, 0, token));
  expect(await runHere([...args, '--network', 'local'])).toMatchObject({
    code: 0,
    text: expect.stringContaining(`market ${market}, paid in ${token}`),
  });
  const lines = readFileSync(config, 'utf8').split('\n');
  expect(lines).toEqual(expect.arrayContaining(['network: local', `# market: "${market}"`]));
  expect(readConfig(config)).toMatchObject({ network: 'local', market, rpcUrl });
});

test('beside a running "npm start" a newcomer has to know nothing', async () => {
  const local = join(scope.dir(), 'config.json');
  const { rpcUrl, market } = await api.call('getConfig');
  const ocpp = { port: 9_220 };
  writeFileSync(local, JSON.stringify({ rpcUrl, market, apiUrl: server.url, ocpp, dataDir: 'data' }));
  const file = join(scope.dir(), 'agent.yaml');
  await writeNewConfig(file, new Asker({}, undefined), { localConfigFile: local });
  expect(readConfig(file)).toMatchObject({ rpcUrl, market, apiUrl: server.url, confirmations: 1 });
});

test('with --encrypt the key is useless without its passphrase', async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  const config = join(scope.dir(), 'agent.yaml');
  const at = ['--config', config];
  const args = ['init', '--yes', '--no-wait', '--encrypt', ...at, '--api', server.url, '--power-w', '11000'];
  expect(await runHere(args)).toMatchObject({ code: 2, text: expect.stringContaining('needs a passphrase') });
  vi.stubEnv('PLUGPACT_AGENT_PASSPHRASE', 'open sesame');
  const { code, text } = await runHere(args);
  expect(code).toBe(0);
  expect(text).toContain((await runHere(['key', ...at])).text.trim());
  vi.stubEnv('PLUGPACT_AGENT_PASSPHRASE', 'open barley');
  expect(await runHere(['run', ...at])).toMatchObject({
    code: 1,
    text: expect.stringContaining('does not open the keystore'),
  });
});

test('doctor says what is broken and what to do, and ends with 1', async () => {
  const config = join(scope.dir(), 'agent.yaml');
  const at = ['--config', config];
  const port = ['--port', String(ownPort())];
  const args = ['init', '--yes', '--no-wait', ...at, '--api', server.url, ...port, '--power-w', '7400'];
  const made = await runHere(args);
  expect(made.code, made.text).toBe(0);
  const key = join(config, '../data/agent.key');
  chmodSync(key, 0o644);
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^apiUrl: .*$/m, 'apiUrl: http://127.0.0.1:1'));
  const { code, text } = await runHere(['doctor', '--listen', '0', ...at]);
  expect(code).toBe(1);
  expect(text).toContain(`→ chmod 600 ${key}`);
  expect(text).toMatch(/fail {2}api .*http:\/\/127\.0\.0\.1:1 does not answer/);
  expect(text).toMatch(/warn {2}wallbox .*No wallbox connected/);
  expect(text).toMatch(/ok {4}market/);
});

test.each([
  [['dance'], 2, 'one of its commands'],
  [['run', '--config', '/nowhere/agent.yaml'], 2, '"plugpact-agent init"'],
  [['status', '--colour'], 2, 'plugpact-agent help'],
  [['help'], 0, 'plugpact-agent init'],
])('agent %j ends with %i', async (args, code, text) => {
  expect(await runHere(args)).toMatchObject({ code, text: expect.stringContaining(text) });
});
