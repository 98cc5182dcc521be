import { z } from 'zod';
import { address, hex32, hexBytes } from '../schemas.ts';
import { booking, messageFields } from './bookings.ts';
import { notice } from './charging.ts';
import { operation } from './operation.ts';
import { count, unixSec } from './shapes.ts';

const base64url = (min: number, max: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${min},${max}}=?$`), 'must be base64url');

const endpoint = z.string().min(10).max(1_000);

/** Where what is subscribed to goes. */
const channel = z.discriminatedUnion('channel', [
  z.strictObject({
    channel: z.literal('WEBHOOK'),
    endpoint: endpoint.describe('An https URL that answers the first request with the challenge in it.'),
  }),
  z.strictObject({
    channel: z.literal('PUSH'),
    endpoint: endpoint.describe('As the browser’s PushSubscription has it.'),
    keys: z.strictObject({ p256dh: base64url(87, 88), auth: base64url(22, 24) }),
  }),
]);

const subscriptionPath = z.object({ subscriptionId: hex32 });

const subscribe = z.strictObject({
  to: channel,
  account: address.describe('Who signs. With a booking: its session key.'),
  bookingId: hex32
    .nullable()
    .describe('For the driver of this booking; null for all that concerns an account as driver and as host.'),
  validUntil: unixSec.describe('Of the signature, at most an hour ahead.'),
  signature: hexBytes(8_192).describe('EIP-712 `Subscription` by the account; no booking is 32 zero bytes.'),
});
export type Subscribe = z.infer<typeof subscribe>;

const subscribed = z
  .strictObject({
    subscriptionId: hex32.describe('Secret: who knows it can read its state and end it.'),
    secret: z
      .string()
      .nullable()
      .describe('Of a webhook: the key of its signatures, as Standard Webhooks writes it (whsec_…).'),
  })
  .meta({ id: 'Subscribed' });
export type Subscribed = z.infer<typeof subscribed>;

export const END_REASONS = ['GIVEN_UP', 'GONE', 'BOOKING_OVER'] as const;

const state = z
  .strictObject({
    channel: z.enum(['WEBHOOK', 'PUSH']),
    endedBecause: z.enum(END_REASONS).nullable().describe('Null while it goes on.'),
    waiting: count.describe('Events that are not delivered yet.'),
    missed: count.describe('Events that were left out because too many waited.'),
    failures: count.describe('Deliveries that failed in a row.'),
    nextTryAt: unixSec.nullable().describe('Null while nothing waits.'),
  })
  .meta({ id: 'SubscriptionState' });
export type SubscriptionState = z.infer<typeof state>;

/** The body of a webhook, and what a push message decrypts to. */
export const outgoingEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscription.confirm'), challenge: z.string() }),
  z.strictObject({
    type: z.literal('booking.changed'),
    timestamp: unixSec,
    data: z.strictObject({
      bookingId: hex32,
      listingId: hex32,
      firstSlot: count,
      slotCount: count,
      reservationStatus: booking.shape.reservationStatus,
      settlementStatus: booking.shape.settlementStatus,
    }),
    missed: count.optional(),
  }),
  z.strictObject({
    type: z.literal('message.sent'),
    timestamp: unixSec,
    data: z.strictObject({ bookingId: hex32, listingId: hex32, ...messageFields }),
    missed: count.optional(),
  }),
  z.strictObject({ type: z.literal('notice'), timestamp: unixSec, data: notice, missed: count.optional() }),
  z
    .strictObject({
      type: z.literal('reading.made'),
      timestamp: unixSec,
      data: z.strictObject({ bookingId: hex32, listingId: hex32, seq: count }),
      missed: count.optional(),
    })
    .describe(
      'To the browsers of a booking alone: there is a reading to co-sign. At most one in 45 s, and the final one.',
    ),
]);
export type OutgoingEvent = z.infer<typeof outgoingEvent>;

const TAG = 'subscriptions';

export const subscriptions = {
  subscribe: operation({
    operationId: 'subscribe',
    method: 'post',
    path: '/subscriptions',
    tag: TAG,
    summary: 'Hear of bookings, messages and notices, by webhook or web push',
    description:
      'Webhooks are signed and retried as Standard Webhooks has it (webhook-id, webhook-timestamp, webhook-signature). ' +
      'A new one is asked first: the endpoint has to answer `subscription.confirm` with 200 and the challenge in the body. ' +
      'Failed deliveries are tried again with growing pauses, about two days in all; then the subscription ends.',
    body: subscribe,
    answers: { 201: { description: 'It goes on until it is ended.', schema: subscribed } },
    problems: [
      'booking.unknown',
      'endpoint.refused',
      'endpoint.unconfirmed',
      'push.off',
      'signature.notAccount',
      'signature.expired',
      'subscriptions.tooMany',
    ],
  }),
  getSubscription: operation({
    operationId: 'getSubscription',
    method: 'get',
    path: '/subscriptions/{subscriptionId}',
    tag: TAG,
    summary: 'Whether a subscription goes on, and what waits',
    params: subscriptionPath,
    answers: { 200: { description: 'Its state.', schema: state } },
    problems: ['subscription.unknown'],
  }),
  unsubscribe: operation({
    operationId: 'unsubscribe',
    method: 'delete',
    path: '/subscriptions/{subscriptionId}',
    tag: TAG,
    summary: 'End a subscription',
    description: 'What waits is not delivered. It succeeds also where there is none any more.',
    params: subscriptionPath,
    answers: { 204: { description: 'It is ended and deleted.' } },
    problems: [],
  }),
  getPushKey: operation({
    operationId: 'getPushKey',
    method: 'get',
    path: '/push/key',
    tag: TAG,
    summary: 'The VAPID key that a browser subscribes with',
    answers: {
      200: {
        description: 'Null where this server sends no push messages.',
        schema: z.strictObject({ publicKey: z.string().nullable() }).meta({ id: 'PushKey' }),
      },
    },
    problems: [],
  }),
};
