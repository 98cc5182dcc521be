import { request } from 'node:http';
import { SiweMessage } from 'siwe';
import type { Address } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BookingResponse, Problem } from '../../protocol/api.ts';
import { beginSignIn, RENEW_SEC, readSignIn, renewSignIn } from '../../server/people/store.ts';
import { bookCharger, listCharger } from './marketActions.ts';
import {
  caughtUp,
  get,
  post,
  signedInAs,
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
  ['to be used by another scheme', { scheme: 'https' }, 'signIn.uri'],
  ['to sign in to another origin', { uri: 'https://evil.example/' }, 'signIn.uri'],
  ['to sign in to another port', { uri: 'http://127.0.0.1:1/' }, 'signIn.uri'],
  ['to sign in to a page that begins as this one', { uri: 'http://127.0.0.1:1@evil.example/' }, 'signIn.uri'],
  ['to sign in to something else than a page', { uri: 'did:example:123' }, 'signIn.uri'],
  ['for another chain', { chainId: 1 }, 'signIn.chain'],
  ['issued in the future', { issuedAt: isoIn(120) }, 'signIn.issuedAt'],
  ['issued long ago', { issuedAt: isoIn(-3_601) }, 'signIn.issuedAt'],
  ['with a request that this server does not know', { requestId: '1' }, 'signIn.unread'],
  ['that gives away more', { resources: ['https://a.example/'] }, 'signIn.unread'],
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

test.each([
  ['of another version', 'Version: 1', 'Version: 2'],
  ['without a version', 'Version: 1\n', ''],
  ['without a URI', /URI: .*\n/, ''],
  ['without a chain', /Chain ID: .*\n/, ''],
  ['without a nonce', /Nonce: .*\n/, ''],
  ['without a time', /Issued At: .*\n/, ''],
  ['with a time that is none', /Issued At: .*/, 'Issued At: yesterday'],
  ['with an expiry that is none', /Expiration Time: .*/, 'Expiration Time: 2026-13-45T99:00:00Z'],
  ['whose fields are in another order', /(Version: 1)\n(Chain ID: .*)\n/, '$2\n$1\n'],
  ['with a statement of two paragraphs', 'See my bookings.', 'See my bookings.\n\nAnd more.'],
  ['with a text behind its end', /$/, '\n\nAnd more.'],
] as [string, string | RegExp, string][])('a message %s is refused', async (_what, field, text) => {
  const account = newAccount();
  const message = (await messageFor(account)).replace(field, text);
  expect(await signIn(message, account)).toMatchObject({ status: 401, body: { code: 'signIn.malformed' } });
});

test('a message for an address without its checksum is refused', async () => {
  const account = newAccount();
  const message = await messageFor(account);
  const lower = message.replace(account.address, account.address.toLowerCase());
  expect(await signIn(lower, account)).toMatchObject({ status: 401, body: { code: 'signIn.malformed' } });
});

test('a page may name the account that it expects, in any case of letters', async () => {
  const account = newAccount();
  const headers = await signedInAs(server, account);
  const asked = async (expected: string) =>
    (await get(`${server.api}/me/bookings?account=${expected}`, headers)).status;
  expect(await asked(account.address)).toBe(200);
  expect(await asked(account.address.toLowerCase())).toBe(200);
  expect(await asked(newAccount().address)).toBe(401);
});

test('a new sign-in of a browser ends its former one', async () => {
  const account = newAccount();
  const former = await signedInAs(server, account);
  const message = await messageFor(account);
  const body = { message, signature: await account.signMessage({ message }) };
  expect((await post(`${server.api}/sign-in`, body, former)).status).toBe(200);
  expect((await get(`${server.api}/me/bookings`, former)).status).toBe(401);
});

test('signing out everywhere ends every sign-in of the account, and of no other', async () => {
  const account = newAccount();
  const phone = await signedInAs(server, account);
  const laptop = await signedInAs(server, account);
  const other = await signedInAs(server, newAccount());
  const ended = await fetch(`${server.api}/sign-ins`, { method: 'DELETE', headers: phone });
  expect(await ended.json()).toEqual({ ended: 2 });
  for (const headers of [phone, laptop]) {
    expect((await get(`${server.api}/me/bookings`, headers)).status).toBe(401);
  }
  expect((await get(`${server.api}/me/bookings`, other)).status).toBe(200);
});

test('a token is replaced after half a day, for one of many requests at once, and ends with the sign-in', async () => {
  const account = newAccount();
  const address = account.address.toLowerCase() as Address;
  const start = 2_000_000_000;
  const { token, expiresAt } = await beginSignIn(server.db, address, start);
  const due = start + RENEW_SEC;
  expect(await readSignIn(server.db, token, due)).toEqual({ address, expiresAt, renewAt: due });
  const renewals = await Promise.all(
    Array.from({ length: 8 }, async () =>
      renewSignIn(server.db, token, (await readSignIn(server.db, token, due))!, due),
    ),
  );
  const renewed = renewals.filter((one) => one !== undefined);
  expect(renewed).toHaveLength(1);
  expect(renewed[0]!.expiresAt).toBe(expiresAt);
  expect(await readSignIn(server.db, token, due + 59)).toMatchObject({ address, renewAt: null });
  expect(await readSignIn(server.db, token, due + 60)).toBeUndefined();
  expect(await readSignIn(server.db, renewed[0]!.token, expiresAt - 1)).toMatchObject({ address });
  expect(await readSignIn(server.db, renewed[0]!.token, expiresAt)).toBeUndefined();
});

test('a browser gets the new token along with an answer', async () => {
  const account = newAccount();
  const { cookie } = await signedInAs(server, account);
  await server.db
    .updateTable('signIns')
    .set({ renewAt: 0 })
    .where('address', '=', account.address.toLowerCase() as Address)
    .execute();
  const answer = await get(`${server.api}/me/bookings`, { cookie: cookie! });
  const renewed = answer.headers.get('set-cookie')!.split(';')[0]!;
  expect(renewed).not.toBe(cookie);
  expect((await get(`${server.api}/me/bookings`, { cookie: renewed })).status).toBe(200);
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
  expect(status).toBe(421);
});

test('the token of a sign-in is not stored in the database', async () => {
  const account = newAccount();
  const answer = await signIn(await messageFor(account), account);
  const token = /plugpact-session=([^;]+)/.exec(answer.headers.get('set-cookie')!)![1]!;
  const rows = await server.db.selectFrom('signIns').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(rows.map((row) => row.address)).toContain(account.address.toLowerCase());
});
