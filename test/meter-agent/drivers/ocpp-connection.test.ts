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

/** A box that charges for a booking, a second box CP2 with a password, and what the log says. */
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
  const { transactionId } = await made.box.start(TAG, 0);
  made.skip(300);
  /** The session under way is unharmed: what its box meters next is credited. */
  const goesOn = async () => {
    await made.box.meter(transactionId, '40');
    expect(made.session().transaction?.register.creditedWh).toBe(40);
    expect(made.agent.connectors.isOnline('CP1')).toBe(true);
  };
  const dial = (path: string, options: ClientOptions = {}, protocols?: string[]) => {
    const raw = new RawChargePoint(`ws://127.0.0.1:${made.port}${path}`, options, protocols);
    scope.onEnd(() => raw.close());
    return raw;
  };
  return { ...made, lines, said, goesOn, dial };
}

test('a frame over size ends its own line, with a log line, and no other', async () => {
  const { dial, said, goesOn } = await charging();
  const raw = dial('/CP3');
  expect(await raw.dialled()).toBe('open');
  raw.socket.send(`[2,"big","DataTransfer",{"vendorId":"v","data":"${'x'.repeat(1_100_000)}"}]`);
  await waitFor('the line to end', () => raw.isClosed);
  expect(said('oversized frame')).toBe(true);
  await goesOn();
});

test('a subprotocol that is not served, an unknown id and a broken path are turned away and logged', async () => {
  const { dial, said, goesOn } = await charging();
  expect(await dial('/CP3', {}, ['ocpp1.5']).dialled()).toBe('400');
  expect(said('no subprotocol that is served')).toBe(true);
  expect(await dial('/CP9').dialled()).toBe('404');
  expect(await dial('/constructor').dialled()).toBe('404');
  expect(await dial('/__proto__').dialled()).toBe('404');
  expect(said('not in the configuration')).toBe(true);
  expect(await dial('/%E0%A4%A').dialled()).toBe('404');
  await goesOn();
});

test('a box that offers several versions gets the best that is served; a slash behind the id does no harm', async () => {
  const { dial } = await charging();
  const raw = dial('/some/path/CP3/', {}, ['ocpp1.5', 'ocpp1.6']);
  expect(await raw.dialled()).toBe('open');
  expect(raw.socket.protocol).toBe('ocpp1.6');
  expect(await raw.call('h', 'Heartbeat', {})).toMatchObject([3, 'h', {}]);
});

test('a wrong password is refused, locks its own address after five, and is never logged', async () => {
  const { dial, lines, said, goesOn } = await charging();
  expect(await dial('/CP2').dialled()).toBe('401');
  for (const guess of ['geheim1', 'geheim2', 'geheim3', `${PASSWORD} `]) {
    expect(await dial('/CP2', basic('CP2', guess)).dialled()).toBe('401');
  }
  expect(await dial('/CP2', basic('CP2', PASSWORD)).dialled()).toBe('429');
  // The box itself, at another address, is not locked out by who guesses.
  const box = dial('/CP2', { ...basic('CP2', PASSWORD), localAddress: '127.0.0.2' });
  expect(await box.dialled()).toBe('open');
  expect(said('wrong password')).toBe(true);
  expect(JSON.stringify(lines)).not.toMatch(/geheim|long random word|Basic /);
  await goesOn();
});

test('who knows no password displaces nobody; who knows it takes the older line over', async () => {
  const { dial, agent, said, goesOn } = await charging();
  const first = dial('/CP2', basic('CP2', PASSWORD));
  expect(await first.dialled()).toBe('open');
  expect(await dial('/CP2', basic('CP2', 'falsch')).dialled()).toBe('401');
  expect(await first.call('a', 'Heartbeat', {})).toMatchObject([3, 'a', {}]);
  const second = dial('/CP2', basic('CP2', PASSWORD));
  expect(await second.dialled()).toBe('open');
  await waitFor('the older line to end', () => first.isClosed);
  expect(said('its older connection is ended')).toBe(true);
  expect(agent.connectors.isOnline('CP2')).toBe(true);
  expect(await second.call('b', 'Heartbeat', {})).toMatchObject([3, 'b', {}]);
  await goesOn();
});

test('a key of hex digits may come as the bytes that it stands for', async () => {
  const key = '00ff10a4b7c2d9e6f3';
  const { dial } = await charging({
    config: { chargePoints: { CP1: { connectors: {} }, CP2: { password: key, connectors: {} } } },
  });
  expect(await dial('/CP2', basic('CP2', Buffer.from(key, 'hex'))).dialled()).toBe('open');
  expect(await dial('/CP2', basic('CP2', key)).dialled()).toBe('open');
  expect(await dial('/CP2', basic('CP2', Buffer.from('00ff', 'hex'))).dialled()).toBe('401');
});

test('broken JSON, unknown actions and frames against the schema get the error of OCPP 1.6, and a log line', async () => {
  const { dial, said, goesOn } = await charging();
  const raw = dial('/CP3');
  await raw.dialled();
  const beginning = (frame: unknown[], length = 3) => frame.slice(0, length);
  expect(beginning(await raw.says('[2,"x",', '-1'))).toEqual([4, '-1', 'FormationViolation']);
  expect(beginning(await raw.says('[9,"y","Heartbeat",{}]', '-1'), 1)).toEqual([4]);
  expect(said('malformed OCPP frame')).toBe(true);
  const codes: [string, object, string][] = [
    ['NoSuchAction', {}, 'NotImplemented'],
    ['BootNotification', { chargePointVendor: 'V' }, 'OccurrenceConstraintViolation'],
    ['Authorize', { idTag: 'x'.repeat(21) }, 'FormationViolation'],
    ['Authorize', { idTag: 5 }, 'TypeConstraintViolation'],
    ['Heartbeat', { surprise: 1 }, 'PropertyConstraintViolation'],
    ['StatusNotification', { connectorId: 1, status: 'Dancing', errorCode: 'NoError' }, 'FormationViolation'],
  ];
  for (const [index, [action, params, code]] of codes.entries()) {
    expect(beginning(await raw.call(`c${index}`, action, params))).toEqual([4, `c${index}`, code]);
  }
  expect(said('against the schema')).toBe(true);
  expect(await raw.call('last', 'Heartbeat', {})).toMatchObject([3, 'last', {}]);
  await goesOn();
});

test('a turnstile forgets after a minute, and at once after the right password', () => {
  let now = 0;
  const turnstile = new LoginThrottle(() => now);
  for (let i = 0; i < 4; i++) expect(turnstile.failed('A', 'x')).toBe(false);
  turnstile.passed('A', 'x');
  for (let i = 0; i < 4; i++) expect(turnstile.failed('A', 'x')).toBe(false);
  expect(turnstile.failed('A', 'x')).toBe(true);
  expect(turnstile.isLocked('A', 'x')).toBe(true);
  expect(turnstile.isLocked('A', 'y')).toBe(false);
  expect(turnstile.isLocked('B', 'x')).toBe(false);
  now += 60_000;
  expect(turnstile.isLocked('A', 'x')).toBe(false);
  expect(turnstile.failed('A', 'x')).toBe(false);
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
  const { log, said } = readableLog();
  const dataDir = scope.dir();
  knowLedger(dataDir);
  const ocpp = { host: '127.0.0.1', port: 0, sampleIntervalSec: 1, heartbeatIntervalSec: 60, tls };
  const chargePoints = {
    CP2: { password: PASSWORD, connectors: {} },
    CP3: { password: PASSWORD, connectors: {} },
  };
  const config = testConfig({ dataDir, ocpp, chargePoints, acceptUnknownChargePoints: false });
  const { agent, port } = await startAgent(scope, config, { log });
  const dial = (id: string, options: ClientOptions, scheme = 'wss') => {
    const raw = new RawChargePoint(`${scheme}://localhost:${port}/${id}`, options);
    scope.onEnd(() => raw.close());
    return raw;
  };
  return { agent, port, dial, said };
}

test('security profile 2: TLS and password; plain text, old TLS and wrong passwords stay outside', async () => {
  const { tls, own } = await certificates('CP2');
  const { agent, dial, said } = await tlsAgent(tls);
  const { headers } = basic('CP2', PASSWORD);
  const box = dial('CP2', { ca: own.cert, headers });
  expect(await box.dialled()).toBe('open');
  expect(await box.call('h', 'Heartbeat', {})).toMatchObject([3, 'h', {}]);
  expect(agent.connectors.isOnline('CP2')).toBe(true);
  expect(await dial('CP2', { ca: own.cert, ...basic('CP2', 'falsch') }).dialled()).toBe('401');
  expect(await dial('CP2', { headers }, 'ws').dialled()).not.toBe('open');
  // A box that was not told of the certificate does not trust it.
  expect(await dial('CP2', { headers }).dialled()).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(await dial('CP2', { ca: own.cert, maxVersion: 'TLSv1.1', headers }).dialled()).not.toBe('open');
  expect(said('TLS handshake failed')).toBe(true);
});

test('a renewed certificate is shown after SIGHUP; a broken one changes nothing', async () => {
  const { tls, own } = await certificates('CP2');
  const { dial, said } = await tlsAgent(tls);
  const { headers } = basic('CP2', PASSWORD);
  const renewed = await certificates('CP2');
  copyFileSync(renewed.tls.certFile, tls.certFile);
  copyFileSync(renewed.tls.keyFile, tls.keyFile);
  process.emit('SIGHUP');
  expect(await dial('CP2', { ca: own.cert, headers }).dialled()).not.toBe('open');
  expect(await dial('CP2', { ca: renewed.own.cert, headers }).dialled()).toBe('open');
  writeFileSync(tls.certFile, 'no certificate');
  process.emit('SIGHUP');
  expect(said('the certificate was not reloaded')).toBe(true);
  expect(await dial('CP2', { ca: renewed.own.cert, headers }).dialled()).toBe('open');
});

test('security profile 3: only a box whose own certificate names it comes in', async () => {
  const { tls, clientCaFile, own, client } = await certificates('CP2');
  const { dial, said } = await tlsAgent({ ...tls, clientCaFile });
  const stranger = await certificates('CP2');
  expect(await dial('CP2', { ca: own.cert, ...client, ...basic('CP2', PASSWORD) }).dialled()).toBe('open');
  expect(await dial('CP3', { ca: own.cert, ...client, ...basic('CP3', PASSWORD) }).dialled()).toBe('401');
  expect(said('its certificate names another')).toBe(true);
  expect(await dial('CP2', { ca: own.cert, ...basic('CP2', PASSWORD) }).dialled()).not.toBe('open');
  expect(
    await dial('CP2', { ca: own.cert, ...stranger.client, ...basic('CP2', PASSWORD) }).dialled(),
  ).not.toBe('open');
});

test('a certificate that cannot be read is named at the start', async () => {
  const dir = scope.dir();
  await expect(
    tlsAgent({ certFile: join(dir, 'none.crt'), keyFile: join(dir, 'none.pem') }),
  ).rejects.toMatchObject({ code: 'config.unreadable', value: expect.stringContaining('ocpp.tls.certFile') });
});
