import { z } from 'zod';
import { address, hex32, signature65 } from '../schemas.ts';
import { mineQuery } from './accounts.ts';
import { operation } from './operation.ts';
import { count } from './shapes.ts';

export const MAX_VAULT_BYTES = 65_536;

const vaultPath = z.object({ account: address });
const version = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const byDevice = {
  bookingId: hex32.optional().describe('Whose session key signs, instead of the cookie of a sign-in.'),
};

export const vaults = {
  readVault: operation({
    operationId: 'readVault',
    method: 'get',
    path: '/vaults/{account}',
    tag: 'people',
    summary: 'What the devices of an account keep here, sealed by them',
    description:
      'For the signed-in account, or, with `bookingId`, for the device with the session key of an open booking of the account (`Authorization: Plugpact-Watch`). `ETag` is the version.',
    params: vaultPath,
    query: mineQuery.extend(byDevice),
    answers: {
      200: { description: 'The sealed bytes.', schema: z.string(), contentType: 'application/octet-stream' },
    },
    problems: [
      'signIn.missing',
      'vault.notOwner',
      'vault.unknown',
      'booking.unknown',
      'booking.ended',
      'signature.notSessionKey',
      'watch.expired',
      'watch.missing',
    ],
    security: 'session',
  }),
  writeVault: operation({
    operationId: 'writeVault',
    method: 'put',
    path: '/vaults/{account}',
    tag: 'people',
    summary: 'Writes the vault of an account, 64 KiB at most',
    description:
      '`version` is one more than the stored one (1 at first): of two devices that write at once, one is refused and reads again. By the cookie, or by `signature` of an open booking’s session key over EIP-712 `VaultWrite` with the keccak256 of the bytes.',
    params: vaultPath,
    query: mineQuery.extend({ ...byDevice, version, signature: signature65.optional() }),
    bodyType: 'application/octet-stream',
    answers: { 200: { description: 'Stored.', schema: z.strictObject({ version: count }) } },
    problems: [
      'signIn.missing',
      'vault.notOwner',
      'vault.tooLarge',
      'vault.version',
      'booking.unknown',
      'booking.ended',
      'signature.notSessionKey',
    ],
    security: 'session',
  }),
  deleteVault: operation({
    operationId: 'deleteVault',
    method: 'delete',
    path: '/vaults/{account}',
    tag: 'people',
    summary: 'Deletes the vault of the signed-in account',
    params: vaultPath,
    query: mineQuery,
    answers: { 204: { description: 'It is gone.' } },
    problems: ['signIn.missing', 'vault.notOwner'],
    security: 'session',
  }),
};
