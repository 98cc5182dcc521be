import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import { type Address, type Hex, hashTypedData, isAddressEqual, zeroHash } from 'viem';
import {
  type Subscribe,
  type Subscribed,
  type SubscriptionState,
  subscriptions,
} from '../../protocol/api/subscriptions.ts';
import { endpointHash } from '../../protocol/endpointHash.ts';
import { signerOf } from '../../protocol/signature.ts';
import { typedData } from '../../protocol/signedTypes.ts';
import { requireBooking } from '../booking/find.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { limitTo } from '../http/limits.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import { isSignedByAccount } from '../people/verifySigner.ts';
import type { Services } from '../services.ts';
import { postOut } from './post-out.ts';
import { pushMessage } from './push.ts';
import { newWebhookSecret, webhookHeaders } from './sign-webhook.ts';
import {
  countOfAccount,
  countWaiting,
  deleteSubscription,
  hashOf,
  putSubscription,
  readSubscription,
} from './store.ts';
import { checkEndpoint } from './target.ts';

const MAX_VALIDITY_SEC = 3_600;
/** After a slot so long its booking may still be settled. */
const SETTLED_SEC = 14 * 86_400;
const MOST_PER_ACCOUNT = 20;

/** Webhooks and web push: subscribed by a signature, ended by one call. */
export function subscriptionRoutes(services: Services): Router {
  const { db, limits, config } = services;
  const router = Router();
  operate(router, subscriptions.subscribe, [limitTo(limits.subscribe)], ({ body, res }) => {
    res.set('cache-control', 'no-store');
    return subscribe(services, body);
  });
  operate(router, subscriptions.getSubscription, [], ({ params, res }) => {
    res.set('cache-control', 'no-store');
    return stateOf(services, params.subscriptionId);
  });
  operate(router, subscriptions.unsubscribe, [], async ({ params, res }) => {
    await deleteSubscription(db, hashOf(params.subscriptionId));
    res.status(204).end();
  });
  operate(router, subscriptions.getPushKey, [], async () => ({ publicKey: config.vapid?.publicKey ?? null }));
  return router;
}

/** What costs little comes first, and the endpoint is asked only for somebody who may subscribe. */
async function subscribe(services: Services, body: Subscribe): Promise<Subscribed> {
  const { db, now, config } = services;
  const { to, bookingId } = body;
  const url = checkEndpoint(to.endpoint, to.channel, config.webhookPrivateHosts);
  const booking = await requireSigner(services, body);
  const account = body.account.toLowerCase() as Address;
  if ((await countOfAccount(db, account)) >= MOST_PER_ACCOUNT) throw tooMany();
  const secret = to.channel === 'WEBHOOK' ? newWebhookSecret() : JSON.stringify(to.keys);
  if (to.channel === 'WEBHOOK') await confirm(services, url, secret);
  else requirePush(services, to);
  const subscriptionId: Hex = `0x${randomBytes(32).toString('hex')}`;
  await putSubscription(db, {
    ...{ subscriptionHash: hashOf(subscriptionId), channel: to.channel, account, bookingId },
    ...{ endpoint: url.href, secret, createdAt: now() },
    expiresAt: booking === undefined ? null : booking.endsAt + SETTLED_SEC,
  });
  return { subscriptionId, secret: to.channel === 'WEBHOOK' ? secret : null };
}

/** For a booking its session key signs, which the driver's device has; else the account itself. Gives the booking. */
async function requireSigner(
  { db, client, now, marketRef }: Services,
  { to, account, bookingId, validUntil, signature }: Subscribe,
): Promise<BookingWithTerms | undefined> {
  if (validUntil <= now() || validUntil > now() + MAX_VALIDITY_SEC) throw expired(validUntil, now());
  const message = {
    ...{ account, bookingId: bookingId ?? zeroHash, endpointHash: endpointHash(to.endpoint) },
    validUntil: BigInt(validUntil),
  };
  if (bookingId === null) {
    const digest = hashTypedData(typedData(marketRef(), 'Subscription', message) as never);
    if (!(await isSignedByAccount(client, account, digest, signature))) throw notSigned(account);
    return undefined;
  }
  const booking = await requireBooking(db, bookingId);
  const { sessionKey } = booking;
  const signer = await signerOf(marketRef(), 'Subscription', message, signature).catch(() => undefined);
  const isSessionKey = signer !== undefined && isAddressEqual(signer, sessionKey);
  if (!isSessionKey || !isAddressEqual(account, sessionKey)) throw notSigned(sessionKey);
  return booking;
}

/** Nobody is sent anything who has not asked for it: the endpoint has to repeat what it could not know. */
async function confirm({ now, config }: Services, url: URL, secret: string): Promise<void> {
  const challenge = randomBytes(16).toString('hex');
  const body = JSON.stringify({ type: 'subscription.confirm', challenge });
  const answered = await postOut({
    ...{ url, body, headers: webhookHeaders(secret, challenge, now(), body) },
    isAllowed: config.webhookPrivateHosts.includes(url.host),
    signal: new AbortController().signal,
  }).catch(() => undefined);
  if (answered?.status !== 200 || !answered.text.includes(challenge)) throw unconfirmed();
}

/** The keys are tried here, while somebody can be told that they are none. */
function requirePush({ config }: Services, to: Extract<Subscribe['to'], { channel: 'PUSH' }>): void {
  if (config.vapid === undefined) throw pushOff();
  try {
    pushMessage(to.endpoint, to.keys, '{}', config.vapid);
  } catch {
    throw noKeys();
  }
}

async function stateOf({ db }: Services, subscriptionId: Hex): Promise<SubscriptionState> {
  const subscriptionHash = hashOf(subscriptionId);
  const row = await readSubscription(db, subscriptionHash);
  if (row === undefined) throw unknown();
  const { channel, endedBecause, missed, failures, dueAt } = row;
  const waiting = await countWaiting(db, subscriptionHash);
  return { channel, endedBecause, missed, failures, waiting, nextTryAt: dueAt };
}

const expired = (validUntil: number, now: number): HttpProblem =>
  new HttpProblem(403, {
    code: 'signature.expired',
    value: `${validUntil} at ${now}`,
    rule: 'validUntil must be in the future, at most an hour ahead.',
    remedy: 'Sign anew, and check the clock of the device.',
  });

const notSigned = (signer: Address): HttpProblem =>
  new HttpProblem(403, {
    code: 'signature.notAccount',
    rule: `The message Subscription must name and be signed by ${signer}.`,
    remedy: 'Sign it with that account, for this market and chain and this very endpoint.',
  });

const tooMany = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'subscriptions.tooMany',
    rule: `An account has at most ${MOST_PER_ACCOUNT} subscriptions.`,
    remedy: 'End one that is not needed.',
  });

const unconfirmed = (): HttpProblem =>
  new HttpProblem(422, {
    code: 'endpoint.unconfirmed',
    rule: 'The endpoint must answer the request subscription.confirm within 10 s, with status 200 and the challenge in the body.',
    remedy: 'Let the endpoint answer so, then subscribe again. Redirects are not followed.',
  });

const pushOff = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'push.off',
    rule: 'Web push needs VAPID keys, which the operator of this server has not set.',
    remedy: 'Use a webhook, or keep the page open.',
  });

const noKeys = (): HttpProblem =>
  new HttpProblem(422, {
    code: 'endpoint.refused',
    rule: 'The keys of a push subscription are a point of P-256 and 16 bytes.',
    remedy: 'Send the PushSubscription as the browser gives it.',
  });

const unknown = (): HttpProblem =>
  new HttpProblem(404, {
    code: 'subscription.unknown',
    rule: 'There must be a subscription of this id.',
    remedy: 'It was ended, or is over for more than a week. Subscribe again.',
  });
