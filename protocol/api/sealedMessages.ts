import { z } from 'zod';
import { hexBytes } from '../schemas.ts';
import { mineQuery } from './accounts.ts';
import { bookingPath, messageFields } from './bookings.ts';
import { operation } from './operation.ts';
import { count, unixSec } from './shapes.ts';

/** Of a message, sealed. */
export const MAX_MESSAGE_BYTES = 4_096;
export const MAX_MESSAGES = 200;

const sealedMessage = hexBytes(MAX_MESSAGE_BYTES);

const message = z
  .strictObject({
    ...messageFields,
    sealed: sealedMessage.describe('For the reader’s key.'),
    sentAt: unixSec,
  })
  .meta({ id: 'Message' });
export type MessageJson = z.infer<typeof message>;

const WHO_PROBLEMS = [
  'signIn.missing',
  'booking.unknown',
  'booking.notParty',
  'signature.notSessionKey',
  'watch.expired',
] as const;

export const messages = {
  listMessages: operation({
    operationId: 'listMessages',
    method: 'get',
    path: '/bookings/{bookingId}/messages',
    tag: 'messages',
    summary: 'Sealed messages between guest and host, oldest first',
    description:
      'For driver and host by the cookie of a sign-in; the driver’s device may send `Authorization: Plugpact-Watch` instead.',
    params: bookingPath,
    query: mineQuery.extend({
      after: z
        .string()
        .regex(/^\d{1,6}$/)
        .transform(Number)
        .optional()
        .describe('Only messages with a greater `seq`.'),
    }),
    answers: {
      200: {
        description: 'At most 200.',
        schema: z.strictObject({
          messages: z.array(message),
          driverKey: hexBytes(65)
            .nullable()
            .describe(
              'Public key of the booking’s session key, once the device has sent it: its address is the one on the ledger.',
            ),
        }),
      },
    },
    problems: WHO_PROBLEMS,
    security: 'session',
  }),
  sendMessage: operation({
    operationId: 'sendMessage',
    method: 'post',
    path: '/bookings/{bookingId}/messages',
    tag: 'messages',
    summary: 'Sends a message, sealed once to each side',
    description:
      'The driver’s copy is sealed to the session key, the host’s to the message key in the profile. From the booking until 30 days after its end; 200 messages a booking; deleted 90 days after they were sent.',
    params: bookingPath,
    query: mineQuery,
    body: z.strictObject({ toDriver: sealedMessage, toHost: sealedMessage }),
    answers: {
      201: { description: 'It is there for the other side.', schema: z.strictObject({ seq: count }) },
    },
    problems: [...WHO_PROBLEMS, 'booking.ended', 'message.tooMany'],
    security: 'session',
  }),
};
