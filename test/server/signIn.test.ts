import { request } from 'node:http';
import { SiweMessage } from 'siwe';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BookingResponse, Problem } from '../../protocol/api.ts';
import { bookCharger, listCharger } from './marketActions.ts';
import {
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
} from './support.ts';

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market, {}, { limits: { signIn: { count: 1_000, windowSec: 60 } } });
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const nonce = async () => (await get<{ nonce: string }>(`${server.api}/sign-in/nonce`)).body.nonce;

const isoIn = (sec: number) => new Date(Date.now() + sec * 1_000).toISOString();

async function messageFor(account: PrivateKeyAccount, change: Partial<SiweMessage> = {}): Promise<string> {
  return new SiweMessage({
    domain: server.host,
    address: account.address,
    statement: 'See my bookings.',
    uri: server.url,
    version: '1',
    chainId: 31_337,
    nonce: await nonce(),
    expirationTime: isoIn(300),
    ...change,
  }).prepareMessage();
}

async function signIn(message: string, account: PrivateKeyAccount) {
  return post<Problem>(`${server.api}/sign-in`, {
    message,
    signature: await account.signMessage({ message }),
  });
}

const newAccount = () => privateKeyToAccount(generatePrivateKey());

test('a driver signs in and sees only their own bookings, until signing out', async () => {
  const charger = await listCharger(ledger.market);
  const mine = await bookCharger(ledger.market, charger);
  await bookCharger(ledger.market, await listCharger(ledger.market));
  await caughtUp(server, ledger);
  const answer = await signIn(await messageFor(mine.driver), mine.driver);
  expect(answer).toMatchObject({ status: 200, body: { address: mine.driver.address } });
  const cookie = answer.headers.get('set-cookie')!;
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  const headers = { cookie: cookie.split(';')[0]! };
  const { body } = await get<{ bookings: BookingResponse[] }>(`${server.api}/me/bookings`, headers);
  expect(body.bookings.map((booking) => booking.bookingId)).toEqual([mine.bookingId]);
  expect((await fetch(`${server.api}/sign-in`, { method: 'DELETE', headers })).status).toBe(204);
  expect(await get(`${server.api}/me/bookings`, headers)).toMatchObject({
    status: 401,
    body: { code: 'signIn.missing' },
  });
});

test('without a sign-in, or with an invented token, nothing private is shown', async () => {
  for (const headers of [{}, { cookie: 'plugpact-session=invented' }, { cookie: 'plugpact-session' }]) {
    expect((await get(`${server.api}/me/bookings`, headers as Record<string, string>)).status).toBe(401);
  }
});

test.each([
  ['made for another domain', { domain: 'evil.example' }, 'signIn.domain'],
  ['made for this name on another port', { domain: '127.0.0.1:1' }, 'signIn.domain'],
  ['for another chain', { chainId: 1 }, 'signIn.chain'],
  ['without expiry', { expirationTime: undefined }, 'signIn.noExpiry'],
  ['that has expired', { expirationTime: isoIn(-1) }, 'signIn.expired'],
  ['valid for years', { expirationTime: isoIn(1e8) }, 'signIn.expired'],
  ['not valid yet', { notBefore: isoIn(100) }, 'signIn.notYet'],
  ['with a nonce that the server did not issue', { nonce: 'a1b2c3d4e5f6a7b8' }, 'signIn.nonce'],
] as [string, Partial<SiweMessage>, string][])('a message %s is refused', async (_what, change, code) => {
  const account = newAccount();
  const answer = await signIn(await messageFor(account, change), account);
  expect(answer).toMatchObject({ status: 401, body: { code } });
  expect(answer.headers.get('set-cookie')).toBeNull();
});

test('a nonce works once, whether the sign-in succeeded or not', async () => {
  const account = newAccount();
  const message = await messageFor(account);
  expect((await signIn(message, account)).status).toBe(200);
  expect(await signIn(message, account)).toMatchObject({ status: 401, body: { code: 'signIn.nonce' } });
  const failed = await messageFor(account);
  expect(await signIn(failed, newAccount())).toMatchObject({
    status: 401,
    body: { code: 'signIn.signature' },
  });
  expect(await signIn(failed, account)).toMatchObject({ status: 401, body: { code: 'signIn.nonce' } });
});

test('bytes that are not a signature are refused', async () => {
  const account = newAccount();
  const signature = `0x${'ff'.repeat(65)}`;
  expect(
    await post(`${server.api}/sign-in`, { message: await messageFor(account), signature }),
  ).toMatchObject({
    status: 401,
    body: { code: 'signIn.signature' },
  });
});

test('a changed message and its former signature are refused', async () => {
  const account = newAccount();
  const signed = await messageFor(account);
  const changed = signed.replace('See my bookings.', 'See all bookings.');
  const signature = await account.signMessage({ message: signed });
  expect(await post(`${server.api}/sign-in`, { message: changed, signature })).toMatchObject({
    status: 401,
    body: { code: 'signIn.signature' },
  });
  const malformed = await post<Problem>(`${server.api}/sign-in`, { message: 'Hello', signature });
  expect(malformed).toMatchObject({ status: 401, body: { code: 'signIn.malformed' } });
});

test('a request under an unknown host cannot sign in', async () => {
  const account = newAccount();
  const message = await messageFor(account, { domain: 'evil.example' });
  const body = JSON.stringify({ message, signature: await account.signMessage({ message }) });
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'evil.example', 'content-type': 'application/json' };
    const posted = request(`${server.api}/sign-in`, { method: 'POST', headers }, (res) =>
      resolve(res.statusCode),
    );
    posted.on('error', reject).end(body);
  });
  expect(status).toBe(403);
});

test('the token of a sign-in is not stored in the database', async () => {
  const account = newAccount();
  const answer = await signIn(await messageFor(account), account);
  const token = /plugpact-session=([^;]+)/.exec(answer.headers.get('set-cookie')!)![1]!;
  const rows = await server.db.selectFrom('signIns').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(rows.map((row) => row.address)).toContain(account.address.toLowerCase());
});
