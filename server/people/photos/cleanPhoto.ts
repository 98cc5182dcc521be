import { MAX_PHOTO_SIDE, PHOTO_TYPES } from '../../../protocol/api/profiles.ts';
import { HttpProblem } from '../../http/problem.ts';
import { cleanJpeg } from './jpeg.ts';
import { type Fault, type Picture, PictureFault } from './picture.ts';
import { cleanPng } from './png.ts';
import { cleanWebp } from './webp.ts';

/**
 * A photo without what its file says beside the picture. What kind of file it is, its first bytes say: neither its name
 * nor the content type of the request counts.
 *
 * @throws HttpProblem 415 `photo.type`; 400 `photo.malformed`, `photo.animated`, `photo.tooLarge`.
 */
export function cleanPhoto(bytes: Uint8Array): Picture {
  const clean = cleanerOf(bytes);
  if (clean === undefined) throw wrongType();
  try {
    const picture = clean(bytes);
    const longest = Math.max(picture.width, picture.height);
    if (longest > MAX_PHOTO_SIDE) throw tooLarge(picture);
    if (Math.min(picture.width, picture.height) === 0)
      throw new PictureFault('malformed', 'a side of no pixels');
    return picture;
  } catch (error) {
    if (error instanceof PictureFault) throw problemOf(error);
    throw error;
  }
}

const BEGINNINGS: [number[], (bytes: Uint8Array) => Picture][] = [
  [[0xff, 0xd8, 0xff], cleanJpeg],
  [[0x89, 0x50, 0x4e, 0x47], cleanPng],
  [[0x52, 0x49, 0x46, 0x46], cleanWebp],
];

const cleanerOf = (bytes: Uint8Array) =>
  BEGINNINGS.find(([beginning]) => beginning.every((byte, i) => bytes[i] === byte))?.[1];

const wrongType = (): HttpProblem =>
  new HttpProblem(415, {
    code: 'photo.type',
    rule: `A photo must be ${PHOTO_TYPES.join(', ')}, by its content.`,
    remedy: 'Save the photo in one of these formats.',
  });

const RULES: Record<Fault, string> = {
  malformed: 'A photo must follow the format by which it begins.',
  animated: 'A photo must be one picture.',
};

const problemOf = ({ fault, message }: PictureFault): HttpProblem =>
  new HttpProblem(400, {
    code: `photo.${fault}`,
    value: message,
    rule: RULES[fault],
    remedy: 'Save the photo again by another program.',
  });

const tooLarge = ({ width, height }: Picture): HttpProblem =>
  new HttpProblem(400, {
    code: 'photo.tooLarge',
    value: `${width} × ${height}`,
    rule: `A photo may have at most ${MAX_PHOTO_SIDE} pixels a side.`,
    remedy: 'Make it smaller.',
  });
