import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Hex } from 'viem';
import type { OutgoingEvent } from '../../protocol/api/subscriptions.ts';
import { noticeOf } from '../../protocol/notices.ts';
import { putNotice } from '../charging/notices.ts';
import type { ServerConfig } from '../config.ts';
import type { Db } from '../db.ts';
import { partiesOfListing } from '../listing/store.ts';
import type { TopicBus } from '../topics.ts';
import { type Answered, postOut } from './post-out.ts';
import { type PushKeys, pushMessage } from './push.ts';
import { queueMarked, queueNotice } from './queue.ts';
import { webhookHeaders } from './sign-webhook.ts';
import {
  cleanSubscriptions,
  type Delivery,
  dueSubscriptions,
  endSubscription,
  markDone,
  nextDelivery,
  putFailure,
  rest,
  type Subscription,
} from './store.ts';
import { checkEndpoint } from './target.ts';

/** Pauses after failures in a row; after the last one a subscription is given up. About two days in all. */
export const PAUSES_SEC = [10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400] as const;

/** Subscriptions that are served at once. */
const AT_ONCE = 64;
/** What one gets before the others have their turn. */
const PER_TURN = 10;
const LOOK_MS = 1_000;
/** How often it is looked for what is over. */
const CLEAN_MS = 600_000;

export interface DeliveryParts {
  db: Db;
  topics: Pick<TopicBus, 'subscribe'>;
  log: Logger;
  now(): number;
  /** How often it is looked for what is due. */
  lookMs?: number;
  config: Pick<ServerConfig, 'webhookPrivateHosts' | 'vapid'>;
}

interface Running extends DeliveryParts {
  signal: AbortSignal;
}

/**
 * Queues what is marked, and sends what waits for webhooks and browsers in the order in which it came, until it is stopped.
 * One process does it.
 */
export function startDeliveries(parts: DeliveryParts): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = { ...parts, signal: stopping.signal };
  const loop = run(running);
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

async function run(parts: Running): Promise<void> {
  const { db, log, now, signal, lookMs = LOOK_MS } = parts;
  const serving = new Map<Hex, Promise<void>>();
  let cleanedMs = -CLEAN_MS;
  while (!signal.aborted) {
    try {
      if (performance.now() - cleanedMs >= CLEAN_MS) {
        await cleanSubscriptions(db, now());
        cleanedMs = performance.now();
      }
      await queueMarked(db, now()).catch((error) => log.error({ err: error }, 'subscriptions'));
      await beginDue(parts, serving);
    } catch (error) {
      log.error({ err: error }, 'deliveries');
    }
    const pause = delay(lookMs, undefined, { signal }).catch(() => undefined);
    await Promise.race([pause, ...(serving.size < AT_ONCE ? [] : serving.values())]);
  }
  await Promise.all(serving.values());
}

/** Begins to serve those that are due. The loop does not wait for them: one that answers slowly delays no other. */
async function beginDue(parts: Running, serving: Map<Hex, Promise<void>>): Promise<void> {
  const { db, now, log } = parts;
  if (serving.size >= AT_ONCE) return;
  // Those that are served at present are due as well. Of one whose turn ends while this is read, the row may be from
  // before its end: it would be tried again without its pause.
  const served = new Set(serving.keys());
  const due = await dueSubscriptions(db, now(), AT_ONCE);
  for (const subscription of due) {
    const { subscriptionHash } = subscription;
    if (served.has(subscriptionHash) || serving.size >= AT_ONCE) continue;
    const turn = serveOne(parts, subscription)
      .catch((error) => log.error({ err: error }, 'deliveries'))
      .finally(() => serving.delete(subscriptionHash));
    serving.set(subscriptionHash, turn);
  }
}

async function serveOne(parts: Running, subscription: Subscription): Promise<void> {
  const { db, now, signal } = parts;
  for (let sent = 0; sent < PER_TURN && !signal.aborted; sent++) {
    const delivery = await nextDelivery(db, subscription.subscriptionHash);
    if (delivery === undefined) return rest(db, subscription);
    const answered = await send(parts, subscription, delivery).catch(() => undefined);
    if (signal.aborted) return;
    if (answered === undefined || answered.status < 200 || answered.status > 299)
      return failed(parts, subscription, delivery, answered?.status);
    await markDone(db, delivery, now());
    subscription = { ...subscription, failures: 0, missed: 0 };
  }
}

/** Sends one event. The endpoint is checked again: what the operator allows may have changed. */
async function send(
  { config, now, signal }: Running,
  { channel, endpoint, secret, missed }: Subscription,
  { deliveryId, body: text }: Delivery,
): Promise<Answered> {
  const url = checkEndpoint(endpoint, channel, config.webhookPrivateHosts);
  const body = missed === 0 ? text : JSON.stringify({ ...(JSON.parse(text) as OutgoingEvent), missed });
  const isAllowed = config.webhookPrivateHosts.includes(url.host);
  if (channel === 'WEBHOOK')
    return postOut({
      url,
      headers: webhookHeaders(secret, deliveryId, now(), body),
      body,
      isAllowed,
      signal,
    });
  if (config.vapid === undefined) throw new Error('This server sends no push messages any more.');
  const message = pushMessage(endpoint, JSON.parse(secret) as PushKeys, body, config.vapid);
  return postOut({ url, ...message, isAllowed, signal });
}

/** What answers 410 is gone, and so is a browser that the push service does not know (RFC 8030, section 7.3). */
const isGone = (channel: Subscription['channel'], status: number | undefined): boolean =>
  status === 410 || (status === 404 && channel === 'PUSH');

async function failed(
  parts: Running,
  subscription: Subscription,
  delivery: Delivery,
  status: number | undefined,
): Promise<void> {
  const { db, now, log } = parts;
  const { subscriptionHash, channel } = subscription;
  if (isGone(channel, status)) return endSubscription(db, subscriptionHash, 'GONE', now());
  const failures = subscription.failures + 1;
  const pauseSec = PAUSES_SEC[failures - 1];
  if (pauseSec !== undefined) return putFailure(db, subscription, failures, now() + pauseSec);
  // Before it ends: where this process ends first, the host is told when it is given up again.
  if (subscription.bookingId === null) await tellHost(parts, subscription, delivery);
  await endSubscription(db, subscriptionHash, 'GIVEN_UP', now());
  log.info({ channel, status }, 'a subscription is given up');
}

/** The host finds it among the notices, and hears of it by the other subscriptions. */
async function tellHost({ db, now }: Running, { endpoint, account }: Subscription, { listingId }: Delivery) {
  if ((await partiesOfListing(db, listingId))?.host !== account) return;
  const content = noticeOf('SUBSCRIPTION_GIVEN_UP', { endpointHost: new URL(endpoint).host.slice(0, 80) });
  const notice = { ...content, listingId, bookingId: null, at: now() };
  await putNotice(db, notice, now());
  await queueNotice(db, notice, now());
}
