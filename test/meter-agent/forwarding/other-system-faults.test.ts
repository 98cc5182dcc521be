import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { PATIENCE_MS } from '../../../meter-agent/forwarding/answer-to.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { TAG } from '../support/agent-fixture.ts';
import { BOOT } from '../support/answers16.ts';
import { betweenOn, tomorrow } from '../support/forward-fixture.ts';
import { OtherCentralSystem } from '../support/other-central-system.ts';
import { RawChargePoint } from '../support/raw-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());
const between = betweenOn(scope);

const registration = (status: string) => ({ status, currentTime: '2020-01-01T00:00:00.000Z', interval: 1 });

test('a boot that is Pending or Rejected is told again at its interval until it is Accepted; the rest waits', async () => {
  const other = new OtherCentralSystem();
  other.answers.BootNotification = registration('Pending');
  const { chargePoint, handOver, stands } = await between({ other });
  expect(await chargePoint.call('BootNotification', BOOT)).toMatchObject({
    status: 'Accepted',
    interval: 60,
  });
  await stands('PENDING');
  await chargePoint.status('Preparing');
  handOver();
  expect((await chargePoint.start(TAG, 0)).status).toBe('Accepted');
  const boots = () => other.heard.filter(({ action }) => action === 'BootNotification').length;
  await waitFor('the boot to be told again', () => boots() >= 2);
  other.answers.BootNotification = registration('Rejected');
  await stands('REJECTED');
  const told = boots();
  expect(other.heard.some(({ action }) => action !== 'BootNotification' && action !== 'Heartbeat')).toBe(
    false,
  );
  other.answers.BootNotification = registration('Accepted');
  await stands('ON');
  await other.hears('StatusNotification');
  expect(await other.hears('StartTransaction')).toMatchObject({ idTag: TAG });
  expect(boots()).toBe(told + 1);
});

test('answers against the schema are the agent’s own refusal, no error for the charge point, and a start is sent again', async () => {
  const other = new OtherCentralSystem(['ocpp1.6'], { isLax: true });
  const { chargePoint, port } = await between({ other, plan: tomorrow() });
  const REFUSED = { idTagInfo: { status: 'Invalid' } };
  for (const answer of [
    {},
    { idTagInfo: 'Accepted' },
    { idTagInfo: { status: 'accepted' } },
    { idTagInfo: { status: 'Accepted', expiryDate: 'tomorrow' } },
  ]) {
    other.answers.Authorize = answer;
    expect(await chargePoint.call('Authorize', { idTag: 'CARD' })).toEqual(REFUSED);
  }
  // What it adds of its own, and `null`, are not passed on.
  other.answers.Authorize = { idTagInfo: { status: 'Accepted', parentIdTag: null, note: 1 }, more: true };
  expect(await chargePoint.call('Authorize', { idTag: 'CARD' })).toEqual({
    idTagInfo: { status: 'Accepted' },
  });
  other.answers.BootNotification = { status: 'Accepted', currentTime: 'now', interval: 2.5 };
  expect(await chargePoint.call('BootNotification', BOOT)).toMatchObject({
    status: 'Accepted',
    interval: 60,
  });
  other.answers.StartTransaction = { transactionId: 'seven', idTagInfo: { status: 'Accepted' } };
  const { transactionId, status } = await chargePoint.start('STRANGER', 0);
  expect(status).toBe('Invalid');
  expect(transactionId).toBeLessThan(9_000);
  await chargePoint.stop(transactionId, 5);
  // Cards of the house are answered meanwhile.
  other.answers.Authorize = { idTagInfo: { status: 'Expired' } };
  expect(await chargePoint.call('Authorize', { idTag: 'C3' })).toEqual({ idTagInfo: { status: 'Expired' } });
  other.heard.length = 0;
  other.answers.StartTransaction = { transactionId: 7, idTagInfo: { status: 'Nonsense' } };
  expect(await other.hears('StartTransaction')).toMatchObject({ idTag: 'STRANGER' });
  expect(await other.hears('StopTransaction')).toMatchObject({ transactionId: 7, meterStop: 5 });
  await chargePoint.close();
  const raw = new RawChargePoint(`ws://127.0.0.1:${port}/CP1`);
  scope.onEnd(() => raw.close());
  await raw.opened();
  other.answers.SignCertificate = { status: 17 };
  expect(await raw.call('s', 'SignCertificate', { csr: 'x' })).toEqual([3, 's', { status: 'Rejected' }]);
  other.answers.DataTransfer = { status: 'Perhaps' };
  expect(await raw.call('d', 'DataTransfer', { vendorId: 'v' })).toEqual([
    3,
    'd',
    { status: 'UnknownVendorId' },
  ]);
});

test('a system that accepts the socket and never answers is not on the line, loses nothing, and delays nobody twice', async () => {
  const other = new OtherCentralSystem();
  other.beforeAnswer = () => new Promise(() => {});
  const { chargePoint, handOver, stands, stable } = await between({ other });
  expect(await chargePoint.call('BootNotification', BOOT)).toMatchObject({ status: 'Accepted' });
  await stands('NO_ANSWER');
  const askedAt = performance.now();
  expect(await chargePoint.call('Authorize', { idTag: 'CARD' })).toEqual({
    idTagInfo: { status: 'Invalid' },
  });
  expect(performance.now() - askedAt).toBeLessThan(PATIENCE_MS);
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  await chargePoint.meter(transactionId, '40');
  await other.close();
  const back = new OtherCentralSystem();
  scope.onEnd(() => back.close());
  stable.target = await back.listen();
  await stands('ON');
  await back.hears('BootNotification');
  await back.hears('StartTransaction');
  await back.hears('MeterValues');
});

/** A server that answers whatever connects with this. */
async function answering(text: string): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('why the other central system is away is told, and since when: on again, away again', async () => {
  const { stands, stable, other, standing } = await between({ isUp: false });
  const since = (await stands('UNREACHABLE')).since;
  const web = createServer((_request, response) => response.end('Hello'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void web.close());
  stable.target = (web.address() as AddressInfo).port;
  await stands('NOT_OCPP');
  stable.target = await answering('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  await stands('UNKNOWN_WALLBOX');
  const locked = new OtherCentralSystem(['ocpp1.6'], { password: 'another' });
  scope.onEnd(() => locked.close());
  stable.target = await locked.listen();
  // It has been away all the time, for one reason or another.
  expect(await stands('WRONG_PASSWORD')).toMatchObject({ isOn: false, since });
  stable.target = await other.listen();
  expect((await stands('ON')).since).toBeGreaterThanOrEqual(since);
  await other.close();
  stable.target = undefined;
  await waitFor('the loss to be noticed', () => standing()?.isOn === false);
});

test('without its wallbox nothing is forwarded; TLS to a plain server is told as that', async () => {
  const { stands, chargePoint, standing } = await between({ isUp: false });
  await stands('UNREACHABLE');
  await chargePoint.close();
  await stands('NO_WALLBOX');
  expect(standing()?.isOn).toBe(false);
  const port = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');
  const secure = await between({ isUp: false, forward: { url: `wss://127.0.0.1:${port}` } });
  await secure.stands('TLS');
});
