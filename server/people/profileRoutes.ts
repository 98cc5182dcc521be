import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { type Hex, hexToBytes, keccak256 } from 'viem';
import { MAX_PHOTO_BYTES, MAX_PHOTOS, type PhotoJson, profiles } from '../../protocol/api/profiles.ts';
import { lowerAddress } from '../chain/events.ts';
import { forgetDeleted } from '../db/forgetDeleted.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { bytesOf, bytesUpTo } from './bodies.ts';
import { requireHost, requireSignedBy } from './parties.ts';
import { cleanPhoto } from './photos/cleanPhoto.ts';
import { deletePhoto, hasPhoto, photosOf, photosOfListing, putPhoto, readPhoto } from './photos/store.ts';
import { deleteProfile, putMessageKey, putProfile, readProfile } from './profiles.ts';
import { requireSignIn, signedIn } from './session.ts';

/** What people show of themselves and of their chargers, to everybody. */
export function profileRoutes(services: Services): Router {
  const { db, now } = services;
  const router = Router();
  operate(router, profiles.getProfile, [], ({ params }) => readProfile(db, lowerAddress(params.account)));
  operate(router, profiles.putProfile, [], async ({ body, req, res }) => {
    const account = await signedIn(services, req, res);
    if (body.photoId !== null && !(await hasPhoto(db, account, body.photoId))) throw unknownPhoto();
    await putProfile(db, account, body, now());
    return readProfile(db, account);
  });
  operate(router, profiles.deleteProfile, [], async ({ req, res }) => {
    await deleteProfile(db, await signedIn(services, req, res));
    await forgetDeleted(db);
    res.status(204).end();
  });
  operate(router, profiles.putMessageKey, [], async ({ body, req, res }) => {
    const account = await signedIn(services, req, res);
    if (!isPublicKey(body.publicKey)) throw malformedKey();
    const message = { account, publicKeyHash: keccak256(body.publicKey) };
    await requireSignedBy(services, account, 'MessageKey', message, body.signature);
    await putMessageKey(db, account, body, now());
    res.status(204).end();
  });
  photoRoutes(services, router);
  return router;
}

function photoRoutes(services: Services, router: Router): void {
  const { db } = services;
  const readBody = [requireSignIn(services), bytesUpTo(MAX_PHOTO_BYTES, 'photo.tooLarge')];
  operate(router, profiles.addPhoto, readBody, ({ query, req, res }) =>
    addPhoto(services, req, res, query.listingId),
  );
  operate(router, profiles.listMyPhotos, [], async ({ req, res }) => ({
    photos: await photosOf(db, await signedIn(services, req, res)),
  }));
  operate(router, profiles.deletePhoto, [], async ({ params, req, res }) => {
    await deletePhoto(db, await signedIn(services, req, res), params.photoId);
    await forgetDeleted(db);
    res.status(204).end();
  });
  operate(router, profiles.listPhotosOfCharger, [], async ({ params }) => ({
    photos: await photosOfListing(db, params.listingId),
  }));
  operate(router, profiles.getPhoto, [], ({ params, res }) => sendPhoto(services, res, params.photoId));
}

async function addPhoto(
  services: Services,
  req: Request,
  res: Response,
  listingId: Hex | undefined,
): Promise<PhotoJson> {
  const { db, now } = services;
  const account = await signedIn(services, req, res);
  if (listingId !== undefined) await requireHost(services.db, listingId, account);
  const picture = cleanPhoto(bytesOf(req.body));
  const photoId: Hex = `0x${createHash('sha256').update(picture.bytes).digest('hex')}`;
  const photo = { ...picture, account, photoId, listingId: listingId ?? null, createdAt: now() };
  if (!(await putPhoto(db, photo))) throw tooManyPhotos();
  const { contentType, width, height, bytes } = picture;
  return { photoId, listingId: photo.listingId, contentType, width, height, sizeBytes: bytes.length };
}

/** What is at an address never changes, but it may be deleted: copies are kept for an hour. */
async function sendPhoto({ db }: Services, res: Response, photoId: Hex): Promise<void> {
  const photo = await readPhoto(db, photoId);
  if (photo === undefined) throw unknownPhoto();
  res
    .set({ etag: `"${photoId}"`, 'cache-control': 'public, max-age=3600', 'content-disposition': 'inline' })
    .set('content-security-policy', "default-src 'none'; sandbox")
    .type(photo.contentType)
    .send(Buffer.from(photo.bytes));
}

/** Uncompressed secp256k1; whether it is on the curve, who seals to it finds out. */
const isPublicKey = (key: Hex): boolean => {
  const bytes = hexToBytes(key);
  return bytes.length === 65 && bytes[0] === 4;
};

const unknownPhoto = (): HttpProblem =>
  new HttpProblem(404, {
    code: 'photo.unknown',
    rule: 'The photo must be stored here, and for a profile by the same account.',
    remedy: 'Store the photo first.',
  });

const tooManyPhotos = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'photo.tooMany',
    rule: `An account may have ${MAX_PHOTOS} photos.`,
    remedy: 'Delete one first.',
  });

const malformedKey = (): HttpProblem =>
  new HttpProblem(400, {
    code: 'messageKey.malformed',
    rule: 'A message key is an uncompressed secp256k1 public key: 0x04 and 64 bytes.',
    remedy: 'Send the uncompressed key.',
  });
