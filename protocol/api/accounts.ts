import { z } from 'zod';
import { connectorHealth, pairingOffer } from '../link.ts';
import { address, hex32, hexBytes } from '../schemas.ts';
import { booking } from './bookings.ts';
import { noticesPage, noticesQuery } from './charging.ts';
import { operation } from './operation.ts';
import { nextCursor, pageQuery, TIME_AND_ID } from './pages.ts';
import { AGENT_PROBLEMS } from './problems.ts';
import { count, MAX_SIGNATURE_BYTES, unixSec } from './shapes.ts';

const SIGN_IN_PROBLEMS = [
  'host.unknown',
  'signIn.chain',
  'signIn.domain',
  'signIn.expired',
  'signIn.issuedAt',
  'signIn.malformed',
  'signIn.noExpiry',
  'signIn.nonce',
  'signIn.notYet',
  'signIn.signature',
  'signIn.unread',
  'signIn.uri',
] as const;

/** A person may have several accounts; a page names the one that it expects to be signed in. */
export const mineQuery = z.object({ account: z.string().max(42).optional() });

const bookingsQuery = mineQuery.extend(pageQuery(TIME_AND_ID, { most: 500 }));

const mine = {
  method: 'get',
  tag: 'accounts',
  query: mineQuery,
  problems: ['signIn.missing'],
  security: 'session',
} as const;

const hostedHealth = z.strictObject({
  listingId: hex32,
  status: z.string().nullable().describe('OCPI EVSE status; null before the agent’s first heartbeat.'),
  receivedAt: unixSec.nullable().describe('Of the agent’s last heartbeat.'),
  linkedAt: unixSec.nullable().describe('Since when the agent is connected; null while it is not.'),
  health: connectorHealth.nullable(),
});
export type HostedHealth = z.infer<typeof hostedHealth>;

const health = z.strictObject({ connectors: z.array(hostedHealth) }).meta({ id: 'HostHealth' });
export type HealthResponse = z.infer<typeof health>;

const bookings = z.strictObject({ bookings: z.array(booking), cursor: nextCursor }).meta({ id: 'Bookings' });
export type BookingsResponse = z.infer<typeof bookings>;

const hosted = z
  .strictObject({
    bookings: z.array(booking),
    cursor: nextCursor,
    contestedNoShows: z
      .record(address, count)
      .describe(
        'By driver, of those who have any: bookings that ended with agent and driver contradicting each other.',
      ),
  })
  .meta({ id: 'HostedBookings' });
export type HostedResponse = z.infer<typeof hosted>;

const pairing = z
  .strictObject({
    agentKey: address,
    listingId: hex32,
    offer: pairingOffer,
    consentValidUntil: unixSec,
    agentConsent: hexBytes(65),
  })
  .meta({ id: 'Pairing', description: 'The agent’s consent to be listed by this host.' });
export type PairingResponse = z.infer<typeof pairing>;

export const accounts = {
  getNonce: operation({
    operationId: 'getNonce',
    method: 'get',
    path: '/sign-in/nonce',
    isOwnOrigin: true,
    tag: 'accounts',
    summary: 'A nonce for a sign-in message',
    answers: {
      200: { description: 'It holds for 10 minutes.', schema: z.strictObject({ nonce: z.string() }) },
    },
    problems: [],
  }),
  signIn: operation({
    operationId: 'signIn',
    method: 'post',
    path: '/sign-in',
    isOwnOrigin: true,
    tag: 'accounts',
    summary: 'Signs in with Ethereum (ERC-4361)',
    description: 'Sets the cookie of the session.',
    body: z.strictObject({
      message: z.string().max(4_096),
      signature: hexBytes(MAX_SIGNATURE_BYTES).describe(
        'Over the EIP-191 hash of the message, as the ledger takes it: ECDSA, ERC-1271 or ERC-7913 (passkeys).',
      ),
    }),
    answers: { 200: { description: 'Who signed in.', schema: z.strictObject({ address }) } },
    problems: SIGN_IN_PROBLEMS,
  }),
  signOut: operation({
    operationId: 'signOut',
    method: 'delete',
    path: '/sign-in',
    tag: 'accounts',
    summary: 'Ends the session',
    answers: { 204: { description: 'It has ended.' } },
    problems: [],
    security: 'session',
  }),
  signOutEverywhere: operation({
    operationId: 'signOutEverywhere',
    method: 'delete',
    path: '/sign-ins',
    tag: 'accounts',
    summary: 'Ends the sessions of the signed-in account on all devices',
    query: mineQuery,
    answers: { 200: { description: 'How many there were.', schema: z.strictObject({ ended: count }) } },
    problems: ['signIn.missing'],
    security: 'session',
  }),
  listMyBookings: operation({
    ...mine,
    operationId: 'listMyBookings',
    path: '/me/bookings',
    query: bookingsQuery,
    summary: 'Bookings of the signed-in driver, newest first',
    answers: { 200: { description: 'Bookings.', schema: bookings } },
  }),
  listMyNotices: operation({
    ...mine,
    operationId: 'listMyNotices',
    path: '/me/notices',
    query: mineQuery.extend(noticesQuery),
    summary: 'What the agents have to say to the signed-in host, newest first',
    answers: { 200: { description: 'Notices.', schema: noticesPage } },
  }),
  getMyHealth: operation({
    ...mine,
    operationId: 'getMyHealth',
    path: '/me/health',
    summary: 'Health of the signed-in host’s connectors',
    answers: { 200: { description: 'Each listed connector.', schema: health } },
  }),
  listHosted: operation({
    ...mine,
    operationId: 'listHosted',
    path: '/me/hosted',
    query: bookingsQuery,
    summary: 'Open bookings of the signed-in host’s chargers, the next one first',
    answers: { 200: { description: 'Bookings.', schema: hosted } },
  }),
  pairCharger: operation({
    operationId: 'pairCharger',
    method: 'post',
    path: '/pairings',
    tag: 'listing',
    summary: 'The agent’s consent to list its connector',
    description: 'With the code that the agent shows, a host proves access to the connector.',
    body: z.strictObject({
      /** Typed by a person: spaces, hyphens and case are ignored. */
      code: z
        .string()
        .max(32)
        .transform((text) => text.replaceAll(/[\s-]/g, '').toUpperCase())
        .refine(
          (text) => /^[A-Z2-7]{8}$/.test(text),
          'must be the 8 letters and digits that the meter agent shows',
        ),
      host: address,
    }),
    answers: { 200: { description: 'What to publish.', schema: pairing } },
    problems: ['pairing.unknown', 'pairing.badConsent', ...AGENT_PROBLEMS],
  }),
};
