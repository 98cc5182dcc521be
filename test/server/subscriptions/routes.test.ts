import { createHmac } from 'node:crypto';
import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import webPush from 'web-push';
import {
  outgoingEvent,
  type Subscribed,
  type SubscriptionState,
} from '../../../protocol/api/subscriptions.ts';
import { endpointHash } from '../../../protocol/endpointHash.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { oldestMarks } from '../../../server/booking/marks.ts';
import { connectedAgent } from '../agentPeer.ts';
import { inSec } from '../fixture.ts';
import { bookCharger, cancelByDriver, type DriverBooking, listCharger, readingOf } from '../marketActions.ts';
import {
  call,
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from '../support.ts';
import { type Browser, newBrowser } from './open-push.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let ledger: TestLedger;
let server: TestServer;
let receiver: Receiver;
const vapid = webPush.generateVAPIDKeys();
const host = localAccount('host');

beforeAll(async () => {
  receiver = await startReceiver();
  ledger = await startLedger();
  server = await startServer(
    ledger.market,
    {
      WEBHOOK_PRIVATE_HOSTS: receiver.host,
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
      VAPID_SUBJECT: 'mailto:who@map.example',
    },
    { limits: { subscribe: { count: 1_000, windowSec: 60 } } },
  );
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
  receiver?.stop();
});

const urlOf = (path: string) => `http://${receiver.host}${path}`;

interface Wanted {
  to: { channel: 'WEBHOOK'; endpoint: string } | { channel: 'PUSH'; endpoint: string; keys: Browser['keys'] };
  key: Pick<PrivateKeyAccount, 'address' | 'signTypedData'>;
  bookingId?: Hex;
  validUntil?: number;
  /** What the signature is over, where it is not the same. */
  signed?: Partial<{ account: Hex; bookingId: Hex; endpointHash: Hex; validUntil: bigint }>;
}

async function subscribe({ to, key, bookingId, validUntil = inSec(600), signed }: Wanted) {
  const message = {
    ...{ account: key.address, bookingId: bookingId ?? zeroHash, endpointHash: endpointHash(to.endpoint) },
    ...{ validUntil: BigInt(validUntil), ...signed },
  };
  const signature = await signMessageOf(key as PrivateKeyAccount, ledger.market.ref, 'Subscription', message);
  const body = { to, account: key.address, bookingId: bookingId ?? null, validUntil, signature };
  return post<Subscribed>(`${server.api}/subscriptions`, body);
}

const webhook = (path: string) => ({ channel: 'WEBHOOK', endpoint: urlOf(path) }) as const;
const stateOf = (id: string) => get<SubscriptionState>(`${server.api}/subscriptions/${id}`);
const unsubscribe = (id: string) => call('DELETE', `${server.api}/subscriptions/${id}`);

/** In some hours: it can be cancelled. */
async function booked(): Promise<DriverBooking> {
  const charger = await listCharger(ledger.market);
  const firstSlot = Math.floor(Date.now() / 900_000) + 24;
  const made = await bookCharger(ledger.market, charger, { firstSlot });
  await caughtUp(server, ledger);
  // That it is booked is told to those who had subscribed by then, and wakes no browser that subscribes later.
  await waitFor('the booking to be told', async () => (await oldestMarks(server.db, 1)).length === 0);
  return made;
}

test('a host hears by webhook who books and cancels, signed, until one call ends it', async () => {
  const { status, body } = await subscribe({ to: webhook('/host'), key: host });
  expect(status).toBe(201);
  const made = await booked();
  const ofBooking = () =>
    receiver
      .eventsAt('/host')
      .filter(({ data }) => (data as { bookingId?: Hex })?.bookingId === made.bookingId);
  await waitFor('the booking', () => ofBooking().length === 1);
  await cancelByDriver(ledger.market, made);
  await waitFor('its end', () => ofBooking().length === 2);
  const { bookingId, charger } = made;
  expect(ofBooking()).toMatchObject([
    {
      type: 'booking.changed',
      data: { bookingId, listingId: charger.listingId, reservationStatus: 'RESERVED' },
    },
    { type: 'booking.changed', data: { bookingId, reservationStatus: 'CANCELED' } },
  ]);
  const key = Buffer.from(body.secret!.slice('whsec_'.length), 'base64');
  for (const { headers, body: text } of receiver.received.filter(({ path }) => path === '/host')) {
    outgoingEvent.parse(JSON.parse(String(text)));
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
  }
  await waitFor('nothing to wait', async () => (await stateOf(body.subscriptionId)).body.nextTryAt === null);
  expect((await stateOf(body.subscriptionId)).body).toMatchObject({ channel: 'WEBHOOK', endedBecause: null });
  expect((await unsubscribe(body.subscriptionId)).status).toBe(204);
  expect((await stateOf(body.subscriptionId)).status).toBe(404);
  expect((await unsubscribe(body.subscriptionId)).status).toBe(204);
});

test('a driver whose page is asleep hears what the agent says, in a message that the browser alone can read', async () => {
  expect((await get(`${server.api}/push/key`)).body).toEqual({ publicKey: vapid.publicKey });
  const made = await booked();
  const { bookingId, charger } = made;
  const { listingId } = charger;
  const browser = newBrowser();
  const to = { channel: 'PUSH', endpoint: urlOf('/push'), keys: browser.keys } as const;
  expect((await subscribe({ to, key: made.sessionKey, bookingId })).status).toBe(201);
  expect((await subscribe({ to: webhook('/other-host'), key: host })).status).toBe(201);
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  onTestFinished(() => peer.stop());
  const at = inSec(0);
  const told = { listingId, bookingId, to: 'driver', code: 'PAUSED_UNSIGNED', params: {}, at } as const;
  // It is sent again, as an agent does that has not heard the answer.
  for (const number of [1, 1]) peer.send({ type: 'notice', number, notice: told });
  const forHost = { ...told, to: 'host', code: 'FAULT_CLEARED' } as const;
  peer.send({ type: 'notice', number: 2, notice: forHost });
  const pushed = () => receiver.received.filter(({ path }) => path === '/push');
  const atHost = () => receiver.eventsAt('/other-host').filter(({ type }) => type === 'notice');
  await waitFor('both messages', () => pushed().length > 0 && atHost().length > 0);
  const [{ headers, body }] = pushed() as [ReturnType<typeof pushed>[0]];
  expect(JSON.parse(browser.open(body))).toEqual({ type: 'notice', timestamp: at, data: told });
  expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high' });
  expect(headers.authorization).toMatch(new RegExp(`^vapid t=.+, k=${vapid.publicKey}$`));
  expect(atHost().map(({ data }) => data)).toEqual([forHost]);
  expect(pushed()).toHaveLength(1);
});

test('a browser is woken for readings to co-sign: not for each, and always for the final one', async () => {
  const made = await booked();
  const { bookingId, charger } = made;
  const browser = newBrowser();
  const to = { channel: 'PUSH', endpoint: urlOf('/woken'), keys: browser.keys } as const;
  expect((await subscribe({ to, key: made.sessionKey, bookingId })).status).toBe(201);
  // A webhook is told what has happened, and there is nothing that it could sign.
  expect((await subscribe({ to: webhook('/not-woken'), key: made.sessionKey, bookingId })).status).toBe(201);
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  onTestFinished(() => peer.stop());
  const seqs = () =>
    receiver.received
      .filter(({ path }) => path === '/woken')
      .map(({ body }) => outgoingEvent.parse(JSON.parse(browser.open(body))))
      .flatMap((event) => (event.type === 'reading.made' ? [event.data.seq] : []));
  for (const seq of [0, 1, 2]) await peer.reading({ ...readingOf(made, { isFinal: false }), seq });
  await waitFor('the first message', () => seqs().length > 0);
  await peer.reading({ ...readingOf(made, { isFinal: true }), seq: 3 });
  await waitFor('the final reading', () => seqs().includes(3));
  expect(seqs()).toEqual([0, 3]);
  expect(receiver.eventsAt('/not-woken').some(({ type }) => type === 'reading.made')).toBe(false);
});

test('only the account itself, or the booking’s session key, subscribes, for the endpoint that it signed', async () => {
  const made = await booked();
  const { bookingId, sessionKey } = made;
  const stranger = privateKeyToAccount(generatePrivateKey());
  const to = webhook('/refused');
  const { ref } = ledger.market;
  const foreign = await signMessageOf(stranger, ref, 'Subscription', {
    ...{ account: host.address, bookingId: zeroHash, endpointHash: endpointHash(to.endpoint) },
    validUntil: BigInt(inSec(600)),
  });
  const body = { to, account: host.address, bookingId: null, validUntil: inSec(600), signature: foreign };
  const answers = [
    await post(`${server.api}/subscriptions`, body),
    await subscribe({ to, key: host, signed: { endpointHash: endpointHash(urlOf('/another')) } }),
    await subscribe({ to, key: host, signed: { bookingId } }),
    await subscribe({ to, key: host, signed: { validUntil: BigInt(inSec(601)) } }),
    await subscribe({ to, key: host, bookingId }),
    await subscribe({ to, key: made.driver, bookingId }),
    await subscribe({ to, key: sessionKey, bookingId, signed: { account: host.address } }),
  ];
  for (const answer of answers)
    expect(answer).toMatchObject({ status: 403, body: { code: 'signature.notAccount' } });
  for (const validUntil of [inSec(-1), inSec(7_200)])
    expect(await subscribe({ to, key: host, validUntil })).toMatchObject({
      status: 403,
      body: { code: 'signature.expired' },
    });
  expect(await subscribe({ to, key: sessionKey, bookingId: `0x${'77'.repeat(32)}` })).toMatchObject({
    status: 404,
    body: { code: 'booking.unknown' },
  });
  // None of them made the server send anything.
  expect(receiver.eventsAt('/refused')).toEqual([]);
});

test('nobody is sent anything who did not ask: private hosts are refused, others have to repeat the challenge', async () => {
  for (const endpoint of [
    'https://127.0.0.1/a',
    'https://[::1]/a',
    'http://169.254.169.254/latest/meta-data',
    `https://${receiver.host}x/a`,
    'https://localhost/a',
  ]) {
    const answer = await subscribe({ to: { channel: 'WEBHOOK', endpoint }, key: host });
    expect([endpoint, answer.status]).toEqual([endpoint, 422]);
  }
  receiver.answer = (res) => void res.end('welcome');
  try {
    expect(await subscribe({ to: webhook('/unasked'), key: host })).toMatchObject({
      status: 422,
      body: { code: 'endpoint.unconfirmed' },
    });
  } finally {
    receiver.answer = undefined;
  }
  const keys = { p256dh: 'A'.repeat(87), auth: 'A'.repeat(22) };
  const to = { channel: 'PUSH', endpoint: urlOf('/push'), keys } as const;
  expect(await subscribe({ to, key: host })).toMatchObject({
    status: 422,
    body: { code: 'endpoint.refused' },
  });
});

test('an account has so many subscriptions', async () => {
  const key = privateKeyToAccount(generatePrivateKey());
  for (let i = 0; i < 20; i++) expect((await subscribe({ to: webhook('/many'), key })).status).toBe(201);
  expect(await subscribe({ to: webhook('/many'), key })).toMatchObject({
    status: 409,
    body: { code: 'subscriptions.tooMany' },
  });
});
