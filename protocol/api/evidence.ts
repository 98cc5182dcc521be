import { z } from 'zod';
import { address, hex32 } from '../schemas.ts';
import { mineQuery } from './accounts.ts';
import { bookingPath } from './bookings.ts';
import { operation } from './operation.ts';
import { count, unixSec } from './shapes.ts';

export const MAX_EVIDENCE_BYTES = 4_194_304;
/** Bytes of the salt that stands before the bundle. */
export const SALT_BYTES = 32;

const share = z.strictObject({ sharedBy: address, account: address, expiresAt: unixSec });

const stored = z
  .strictObject({
    evidenceHash: hex32.describe('SHA-256 of the bytes: the 32 bytes of the salt, then the bundle.'),
    sizeBytes: count,
    receivedAt: unixSec,
    shares: z.array(share).describe('Those that the signed-in account made.'),
  })
  .meta({ id: 'Evidence' });
export type EvidenceJson = z.infer<typeof stored>;

const bytesPath = bookingPath.extend({ evidenceHash: hex32 });
const sharePath = bookingPath.extend({ account: address });
const read = { tag: 'evidence', query: mineQuery, security: 'session' } as const;
const PARTY_PROBLEMS = ['signIn.missing', 'booking.unknown', 'booking.notParty', 'evidence.unknown'] as const;

export const evidence = {
  putEvidence: operation({
    operationId: 'putEvidence',
    method: 'put',
    path: '/bookings/{bookingId}/evidence/{evidenceHash}',
    tag: 'evidence',
    summary: 'The agent hands in the evidence bundle of a session',
    description:
      'Bytes: the salt, 32 bytes, then the bundle as the agent wrote it (docs/evidence.md). `Authorization: Plugpact-Evidence <validUntil>.<signature>`, EIP-712 `EvidenceUpload` by the booking’s agent key, valid for at most 10 minutes. Where the ledger has a final reading, its evidence hash alone is taken.',
    params: bytesPath,
    bodyType: 'application/octet-stream',
    answers: { 201: { description: 'It is stored.', schema: z.strictObject({ sizeBytes: count }) } },
    problems: [
      'booking.unknown',
      'evidence.hash',
      'evidence.malformed',
      'evidence.notOfReading',
      'evidence.tooLarge',
      'signature.expired',
      'signature.missing',
      'signature.notAgent',
    ],
  }),
  getEvidence: operation({
    ...read,
    operationId: 'getEvidence',
    method: 'get',
    path: '/bookings/{bookingId}/evidence',
    summary: 'Whether there is a bundle, and with whom the signed-in party shares it',
    params: bookingPath,
    answers: { 200: { description: 'What is stored.', schema: stored } },
    problems: PARTY_PROBLEMS,
  }),
  readEvidence: operation({
    ...read,
    operationId: 'readEvidence',
    method: 'get',
    path: '/bookings/{bookingId}/evidence/{evidenceHash}',
    summary: 'The salt and the bundle, for the parties and those with whom they share',
    params: bytesPath,
    answers: {
      200: {
        description: 'As it was handed in.',
        schema: z.string(),
        contentType: 'application/octet-stream',
      },
    },
    problems: PARTY_PROBLEMS,
  }),
  shareEvidence: operation({
    ...read,
    operationId: 'shareEvidence',
    method: 'put',
    path: '/bookings/{bookingId}/evidence-shares/{account}',
    summary: 'Lets another account read the bundle for a time',
    params: sharePath,
    body: z.strictObject({ expiresAt: unixSec }),
    answers: { 200: { description: 'The share.', schema: share } },
    problems: [...PARTY_PROBLEMS, 'evidence.shareTime', 'evidence.tooManyShares'],
  }),
  unshareEvidence: operation({
    ...read,
    operationId: 'unshareEvidence',
    method: 'delete',
    path: '/bookings/{bookingId}/evidence-shares/{account}',
    summary: 'Ends what the signed-in party shares with an account',
    params: sharePath,
    answers: { 204: { description: 'It has ended.' } },
    problems: PARTY_PROBLEMS,
  }),
  deleteEvidence: operation({
    ...read,
    operationId: 'deleteEvidence',
    method: 'delete',
    path: '/bookings/{bookingId}/evidence',
    summary: 'The host deletes bundle, salt and shares',
    params: bookingPath,
    answers: { 204: { description: 'They are gone.' } },
    problems: [...PARTY_PROBLEMS, 'booking.notHost'],
  }),
};
