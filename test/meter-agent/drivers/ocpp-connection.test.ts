import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, expect, test } from 'vitest';
import type { ClientOptions } from 'ws';
import { LoginThrottle } from '../../../meter-agent/drivers/ocpp/login-throttle.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, knowLedger, TAG } from '../support/agent-fixture.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { readableLog } from '../support/readable-log.ts';
import { Scope, startAgent, testConfig } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const PASSWORD = 'a long random word';
const basic = (id: string, password: string | Buffer): ClientOptions => ({
  headers: {
    authorization: `Basic ${Buffer.concat([Buffer.from(`${id}:`), Buffer.from(password)]).toString('base64')}`,
  },
});

/** A charge point that charges for a booking, a second charge point CP2 with a password, and what the log says. */
async function charging(change: Parameters<typeof agentFixture>[1] = {}) {
  const { log, lines, said } = readableLog();
  const chargePoints = {
    CP1: { connectors: {} },
    CP2: { password: PASSWORD, connectors: {} },
    CP3: { connectors: {} },
  };
  const made = await agentFixture(scope, {
    log,
    ...change,
    config: { chargePoints, acceptUnknownChargePoints: false, ...change.config },
  });
  made.handOver();
  const { transactionId } = await made.chargePoint.start(TAG, 0);
  made.skip(300);
  /** The session under way is unharmed: what its charge point meters next is credited. */
  const goesOn = async () => {
    await made.chargePoint.meter(transactionId, '40');
    expect(made.session().transaction?.register.creditedWh).toBe(40);
    expect(made.agent.connectors.isOnline('CP1')).toBe(true);
  };
  const connect = (path: string, options: ClientOptions = {}, protocols?: string[]) => {
    const raw = new RawChargePoint(`ws://127.0.0.1:${made.port}${path}`, options, protocols);
    scope.onEnd(() => raw.close());
    return raw;
  };
  return { ...made, lines, said, goesOn, connect };
}

test('a frame over size ends its own connection, with a log line, and no other', async () => {
  const { connect, said, goesOn } = await charging();
  const raw = connect('/CP3');
  expect(await raw.opened()).toBe('open');
  raw.socket.send(`[2,"big","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(1_100_000)}"}]`);
  await waitFor('the connection to end', () => raw.isClosed);
  expect(said('oversized frame')).toBe(true);
  await goesOn();
});

test('a subprotocol that is not served, an unknown id and a broken path are refused and logged', async () => {
  const { connect, said, goesOn } = await charging();
  expect(await connect('/CP3', {}, ['ocpp1.5']).opened()).toBe('400');
  expect(said('no subprotocol that is served')).toBe(true);
  expect(await connect('/CP9').opened()).toBe('404');
  expect(await connect('/constructor').opened()).toBe('404');
  expect(await connect('/__proto__').opened()).toBe('404');
  expect(said('not in the configuration')).toBe(true);
  expect(await connect('/%E0%A4%A').opened()).toBe('404');
  await goesOn();
});

test('a charge point that offers several versions gets the best that is served; a slash behind the id does no harm', async () => {
  const { connect } = await charging();
  const raw = connect('/some/path/CP3/', {}, ['ocpp1.5', 'ocpp1.6']);
  expect(await raw.opened()).toBe('open');
  expect(raw.socket.protocol).toBe('ocpp1.6');
  expect(await raw.call('h', 'Heartbeat', {})).toMatchObject([3, 'h', {}]);
});

test('a wrong password is refused, locks its own address after five, and is never logged', async () => {
  const { connect, lines, said, goesOn } = await charging();
  expect(await connect('/CP2').opened()).toBe('401');
  for (const guess of ['geheim1', 'geheim2', 'geheim3', `${PASSWORD} `]) {
    expect(await connect('/CP2', basic('CP2', guess)).opened()).toBe('401');
  }
  expect(await connect('/CP2', basic('CP2', PASSWORD)).opened()).toBe('429');
  // The charge point itself, at another address, is not locked out by who guesses.
  const chargePoint = connect('/CP2', { ...basic('CP2', PASSWORD), localAddress: '127.0.0.2' });
  expect(await chargePoint.opened()).toBe('open');
  expect(said('wrong password')).toBe(true);
  expect(JSON.stringify(lines)).not.toMatch(/geheim|long random word|Basic /);
  await goesOn();
});

test('who knows no password displaces nobody; who knows it takes the older connection over', async () => {
  const { connect, agent, said, goesOn } = await charging();
  const first = connect('/CP2', basic('CP2', PASSWORD));
  expect(await first.opened()).toBe('open');
  expect(await connect('/CP2', basic('CP2', 'falsch')).opened()).toBe('401');
  expect(await first.call('a', 'Heartbeat', {})).toMatchObject([3, 'a', {}]);
  const second = connect('/CP2', basic('CP2', PASSWORD));
  expect(await second.opened()).toBe('open');
  await waitFor('the older connection to end', () => first.isClosed);
  expect(said('its older connection is ended')).toBe(true);
  expect(agent.connectors.isOnline('CP2')).toBe(true);
  expect(await second.call('b', 'Heartbeat', {})).toMatchObject([3, 'b', {}]);
  await goesOn();
});

test('a key of hex digits may come as the bytes that it stands for', async () => {
  const key = '00ff10a4b7c2d9e6f3';
  const { connect } = await charging({
    config: { chargePoints: { CP1: { connectors: {} }, CP2: { password: key, connectors: {} } } },
  });
  expect(await connect('/CP2', basic('CP2', Buffer.from(key, 'hex'))).opened()).toBe('open');
  expect(await connect('/CP2', basic('CP2', key)).opened()).toBe('open');
  expect(await connect('/CP2', basic('CP2', Buffer.from('00ff', 'hex'))).opened()).toBe('401');
});

test('broken JSON, unknown actions and frames against the schema get the error of OCPP 1.6, and a log line', async () => {
  const { connect, said, goesOn } = await charging();
  const raw = connect('/CP3');
  await raw.opened();
  const beginning = (frame: unknown[], length = 3) => frame.slice(0, length);
  expect(beginning(await raw.says('[2,"x",', '-1'))).toEqual([4, '-1', 'FormationViolation']);
  expect(beginning(await raw.says('[9,"y","Heartbeat",{}]', '-1'), 1)).toEqual([4]);
  expect(said('malformed OCPP frame')).toBe(true);
  const codes: [string, object, string][] = [
    ['NoSuchAction', {}, 'NotImplemented'],
    ['Authorize', {}, 'OccurrenceConstraintViolation'],
    ['Authorize', { idTag: 'x'.repeat(21) }, 'FormationViolation'],
    ['Authorize', { idTag: 5 }, 'TypeConstraintViolation'],
    ['StatusNotification', { connectorId: 1, status: 'Dancing', errorCode: 'NoError' }, 'FormationViolation'],
  ];
  for (const [index, [action, params, code]] of codes.entries()) {
    expect(beginning(await raw.call(`c${index}`, action, params))).toEqual([4, `c${index}`, code]);
  }
  expect(said('against the schema')).toBe(true);
  expect(await raw.call('last', 'Heartbeat', {})).toMatchObject([3, 'last', {}]);
  await goesOn();
});

test('a login throttle forgets after a minute, and at once after the right password', () => {
  let now = 0;
  const throttle = new LoginThrottle(() => now);
  for (let i = 0; i < 4; i++) expect(throttle.failed('A', 'x')).toBe(false);
  throttle.passed('A', 'x');
  for (let i = 0; i < 4; i++) expect(throttle.failed('A', 'x')).toBe(false);
  expect(throttle.failed('A', 'x')).toBe(true);
  expect(throttle.isLocked('A', 'x')).toBe(true);
  expect(throttle.isLocked('A', 'y')).toBe(false);
  expect(throttle.isLocked('B', 'x')).toBe(false);
  now += 60_000;
  expect(throttle.isLocked('A', 'x')).toBe(false);
  expect(throttle.failed('A', 'x')).toBe(false);
});

/** The agent's own certificate, and one that the makers of wallboxes gave to `clientName`. */
async function certificates(clientName: string) {
  const dir = scope.dir();
  const certify = (value: string, more: object = {}) =>
    generate([{ name: 'commonName', value }], { keyType: 'ec', algorithm: 'sha256', ...more });
  const own = await certify('localhost');
  const ca = await certify('Makers of wallboxes', {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const client = await certify(clientName, { ca: { key: ca.private, cert: ca.cert } });
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const tls = { certFile: file('own.crt', own.cert), keyFile: file('own.pem', own.private) };
  return {
    tls,
    own,
    clientCaFile: file('ca.crt', ca.cert),
    client: { cert: client.cert, key: client.private },
  };
}

async function tlsAgent(tls: { certFile: string; keyFile: string; clientCaFile?: string }) {
  const { log, lines, said } = readableLog();
  const dataDir = scope.dir();
  knowLedger(dataDir);
  const ocpp = { host: '127.0.0.1', port: 0, sampleIntervalSec: 1, heartbeatIntervalSec: 60, tls };
  const chargePoints = {
    CP2: { password: PASSWORD, connectors: {} },
    CP3: { password: PASSWORD, connectors: {} },
  };
  const config = testConfig({ dataDir, ocpp, chargePoints, acceptUnknownChargePoints: false });
  const { agent, port } = await startAgent(scope, config, { log });
  const connect = (id: string, options: ClientOptions, scheme = 'wss') => {
    const raw = new RawChargePoint(`${scheme}://localhost:${port}/${id}`, options);
    scope.onEnd(() => raw.close());
    return raw;
  };
  return { agent, port, connect, lines, said };
}

test('security profile 2: TLS and password; plain text, old TLS and wrong passwords stay outside', async () => {
  const { tls, own } = await certificates('CP2');
  const { agent, connect, lines } = await tlsAgent(tls);
  const { headers } = basic('CP2', PASSWORD);
  const chargePoint = connect('CP2', { ca: own.cert, headers });
  expect(await chargePoint.opened()).toBe('open');
  expect(await chargePoint.call('h', 'Heartbeat', {})).toMatchObject([3, 'h', {}]);
  expect(agent.connectors.isOnline('CP2')).toBe(true);
  expect(await connect('CP2', { ca: own.cert, ...basic('CP2', 'falsch') }).opened()).toBe('401');
  expect(await connect('CP2', { headers }, 'ws').opened()).not.toBe('open');
  // A charge point that was not told of the certificate does not trust it.
  expect(await connect('CP2', { headers }).opened()).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  expect(await connect('CP2', { ca: own.cert, ...old, headers }).opened()).not.toBe('open');
  const reasons = ['PLAIN_TO_TLS', 'NOT_TRUSTED', 'OLD_TLS'];
  await waitFor('a plain line for each', () =>
    reasons.every((reason) => lines.some((line) => line.reason === reason)),
  );
});

test('a renewed certificate is shown after SIGHUP; a broken one changes nothing', async () => {
  const { tls, own } = await certificates('CP2');
  const { connect, said } = await tlsAgent(tls);
  const { headers } = basic('CP2', PASSWORD);
  const renewed = await certificates('CP2');
  copyFileSync(renewed.tls.certFile, tls.certFile);
  copyFileSync(renewed.tls.keyFile, tls.keyFile);
  process.emit('SIGHUP');
  expect(await connect('CP2', { ca: own.cert, headers }).opened()).not.toBe('open');
  expect(await connect('CP2', { ca: renewed.own.cert, headers }).opened()).toBe('open');
  writeFileSync(tls.certFile, 'no certificate');
  process.emit('SIGHUP');
  expect(said('the certificate was not reloaded')).toBe(true);
  expect(await connect('CP2', { ca: renewed.own.cert, headers }).opened()).toBe('open');
});

test('security profile 3: only a charge point whose own certificate names it comes in', async () => {
  const { tls, clientCaFile, own, client } = await certificates('CP2');
  const { connect, said } = await tlsAgent({ ...tls, clientCaFile });
  const stranger = await certificates('CP2');
  expect(await connect('CP2', { ca: own.cert, ...client, ...basic('CP2', PASSWORD) }).opened()).toBe('open');
  expect(await connect('CP3', { ca: own.cert, ...client, ...basic('CP3', PASSWORD) }).opened()).toBe('401');
  expect(said('its certificate names another')).toBe(true);
  expect(await connect('CP2', { ca: own.cert, ...basic('CP2', PASSWORD) }).opened()).not.toBe('open');
  expect(
    await connect('CP2', { ca: own.cert, ...stranger.client, ...basic('CP2', PASSWORD) }).opened(),
  ).not.toBe('open');
});

test('a certificate that cannot be read is named at the start', async () => {
  const dir = scope.dir();
  await expect(
    tlsAgent({ certFile: join(dir, 'none.crt'), keyFile: join(dir, 'none.pem') }),
  ).rejects.toMatchObject({ code: 'config.unreadable', value: expect.stringContaining('ocpp.tls.certFile') });
});
