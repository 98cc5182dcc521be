import { z } from 'zod';
import { address, hex32, hexBytes } from '../schemas.ts';
import { mineQuery } from './accounts.ts';
import { operation } from './operation.ts';
import { accountSignature, count, personText, unixSec } from './shapes.ts';

export const MAX_PHOTO_BYTES = 1_048_576;
export const MAX_PHOTOS = 20;
/** Pixels of a side. */
export const MAX_PHOTO_SIDE = 6_000;
export const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PhotoType = (typeof PHOTO_TYPES)[number];

export const messageKey = z
  .strictObject({
    publicKey: hexBytes(65).describe(
      'Uncompressed secp256k1 key: messages for the account are sealed to it.',
    ),
    signature: accountSignature.describe(
      'EIP-712 `MessageKey`, by the account: who trusts no server checks it.',
    ),
  })
  .meta({ id: 'MessageKey' });
export type MessageKeyJson = z.infer<typeof messageKey>;

const profileFields = {
  name: personText(60),
  about: personText(1_000),
  photoId: hex32.nullable().describe('A photo of the same account.'),
};

/** The highest rate that can be stated, in hundredths of a percent. */
const MAX_VAT_BASIS_POINTS = 5_000;

const vatFields = {
  basisPoints: z
    .int()
    .min(1)
    .max(MAX_VAT_BASIS_POINTS)
    .describe('Hundredths of a percent, included in all prices.'),
  number: personText(40).describe('The host’s VAT or tax number, as receipts name it.'),
};

const vat = z
  .strictObject({ ...vatFields, since: unixSec.describe('It counts for what was booked from then on.') })
  .meta({ id: 'Vat', description: 'What a host states of VAT. Nobody has checked it.' });
export type VatJson = z.infer<typeof vat>;

const profile = z
  .strictObject({
    ...profileFields,
    vat: vat.nullable().describe('Null where the account states none.'),
    account: address,
    updatedAt: unixSec.nullable().describe('Null where the account has written none.'),
    messageKey: messageKey.nullable(),
  })
  .meta({ id: 'Profile', description: 'What an account says of itself. Nobody has checked it.' });
export type ProfileJson = z.infer<typeof profile>;

const photo = z
  .strictObject({
    photoId: hex32.describe('SHA-256 of the bytes.'),
    listingId: hex32.nullable(),
    contentType: z.enum(PHOTO_TYPES),
    width: count,
    height: count,
    sizeBytes: count,
  })
  .meta({ id: 'Photo' });
export type PhotoJson = z.infer<typeof photo>;

const photos = z.strictObject({ photos: z.array(photo) }).meta({ id: 'Photos' });

const mine = { tag: 'people', query: mineQuery, security: 'session' } as const;
const photoPath = z.object({ photoId: hex32 });

export const profiles = {
  getProfile: operation({
    operationId: 'getProfile',
    method: 'get',
    path: '/profiles/{account}',
    tag: 'people',
    summary: 'What an account says of itself',
    params: z.object({ account: address }),
    answers: { 200: { description: 'Empty where it says nothing.', schema: profile } },
    problems: [],
  }),
  putProfile: operation({
    ...mine,
    operationId: 'putProfile',
    method: 'put',
    path: '/me/profile',
    summary: 'Says something of the signed-in account, to everybody',
    body: z.strictObject({
      ...profileFields,
      vat: z.strictObject(vatFields).nullable().optional().describe('Left out or null: none.'),
    }),
    answers: { 200: { description: 'The profile.', schema: profile } },
    problems: ['signIn.missing', 'photo.unknown'],
  }),
  deleteProfile: operation({
    ...mine,
    operationId: 'deleteProfile',
    method: 'delete',
    path: '/me/profile',
    summary: 'Deletes the profile of the signed-in account',
    answers: { 204: { description: 'It is gone.' } },
    problems: ['signIn.missing'],
  }),
  putMessageKey: operation({
    ...mine,
    operationId: 'putMessageKey',
    method: 'put',
    path: '/me/message-key',
    summary: 'The key to which messages for the signed-in account are sealed',
    body: messageKey,
    answers: { 204: { description: 'It is in the profile.' } },
    problems: ['signIn.missing', 'signature.notAccount', 'messageKey.malformed'],
  }),
  addPhoto: operation({
    ...mine,
    operationId: 'addPhoto',
    method: 'post',
    path: '/me/photos',
    summary: 'Stores a photo, without what a camera writes beside the picture',
    description:
      'JPEG, PNG or WebP by its content. Location, device, time, thumbnail and comments are left out before it is stored; of EXIF only the orientation stays. Everybody can read it by its id.',
    query: mineQuery.extend({
      listingId: hex32.optional().describe('The charger that it shows, of this host.'),
    }),
    bodyType: 'image/*',
    answers: { 201: { description: 'The photo.', schema: photo } },
    problems: [
      'signIn.missing',
      'listing.notHost',
      'photo.animated',
      'photo.malformed',
      'photo.tooLarge',
      'photo.tooMany',
      'photo.type',
    ],
  }),
  listMyPhotos: operation({
    ...mine,
    operationId: 'listMyPhotos',
    method: 'get',
    path: '/me/photos',
    summary: 'Photos of the signed-in account',
    answers: { 200: { description: 'At most 20.', schema: photos } },
    problems: ['signIn.missing'],
  }),
  deletePhoto: operation({
    ...mine,
    operationId: 'deletePhoto',
    method: 'delete',
    path: '/me/photos/{photoId}',
    summary: 'Deletes a photo of the signed-in account',
    params: photoPath,
    answers: { 204: { description: 'It is gone.' } },
    problems: ['signIn.missing'],
  }),
  listPhotosOfCharger: operation({
    operationId: 'listPhotosOfCharger',
    method: 'get',
    path: '/chargers/{listingId}/photos',
    tag: 'people',
    summary: 'Photos of a charger, by its host',
    params: z.object({ listingId: hex32 }),
    answers: { 200: { description: 'At most 20.', schema: photos } },
    problems: [],
  }),
  getPhoto: operation({
    operationId: 'getPhoto',
    method: 'get',
    path: '/photos/{photoId}',
    tag: 'people',
    summary: 'The bytes of a photo',
    params: photoPath,
    answers: { 200: { description: 'The picture.', schema: z.string(), contentType: 'image/*' } },
    problems: ['photo.unknown'],
  }),
};
