import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpProblem } from '../../../../server/http/problem.ts';
import { cleanPhoto } from '../../../../server/people/photos/cleanPhoto.ts';
import { PICTURES } from './pictures.ts';

/** Stands for a location, a name, the number of a camera. */
const SECRET = Buffer.from('N 47.37 E 8.54, Bahnhofstrasse 1, camera 4711');

const RUNS = { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP === undefined ? 150 : 5_000 };

const kinds = Object.entries(PICTURES);

const u32 = (value: number, isLittle = false) => {
  const bytes = Buffer.alloc(4);
  if (isLittle) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
};

const insertAt = (whole: Buffer, at: number, ...parts: Buffer[]) =>
  Buffer.concat([whole.subarray(0, at), ...parts, whole.subarray(at)]);

const jpegSegment = (marker: number, body: Buffer) =>
  Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]), body]);

const pngChunk = (name: string, body: Buffer) => {
  const named = Buffer.concat([Buffer.from(name), body]);
  return Buffer.concat([u32(body.length), named, u32(crc32(named))]);
};

function webpWith(whole: Buffer, name: string, body: Buffer): Buffer {
  const padded = body.length % 2 === 0 ? body : Buffer.concat([body, Buffer.of(0)]);
  const all = Buffer.concat([whole, Buffer.from(name), u32(body.length, true), padded]);
  all.writeUInt32LE(all.length - 8, 4);
  return all;
}

/** EXIF by TIFF 6.0: GPS tags and text beside the orientation, in either order of bytes. */
function exif(orientation: number, isLittle: boolean): Buffer {
  const view = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  const put16 = (value: number, at: number) =>
    isLittle ? view.writeUInt16LE(value, at) : view.writeUInt16BE(value, at);
  const put32 = (value: number, at: number) =>
    isLittle ? view.writeUInt32LE(value, at) : view.writeUInt32BE(value, at);
  view.write(isLittle ? 'II' : 'MM');
  put16(42, 2);
  put32(8, 4);
  put16(2, 8);
  for (const [i, [tag, type, count, value]] of [
    [0x010f, 2, SECRET.length, view.length],
    [0x0112, 3, 1, 0],
  ].entries()) {
    const at = 10 + 12 * i;
    put16(tag!, at);
    put16(type!, at + 2);
    put32(count!, at + 4);
    put32(value!, at + 8);
  }
  put32(0, 22 + 8);
  put16(orientation, 22 + 8);
  return Buffer.concat([Buffer.from('Exif\0\0'), view, SECRET]);
}

const clean = (bytes: Uint8Array) => {
  const picture = cleanPhoto(bytes);
  return { ...picture, bytes: Buffer.from(picture.bytes) };
};

describe.each(kinds)('a picture of a browser, %s,', (_name, bytes) => {
  it('keeps its size and loses its colour profile', () => {
    const picture = clean(bytes);
    expect([picture.width, picture.height]).toEqual([24, 16]);
    expect(bytes.includes('ICC') || bytes.includes('IHDR')).toBe(true);
    expect(picture.bytes.includes('ICC')).toBe(false);
  });

  it('is the same when it is cleaned again', () => {
    const once = clean(bytes);
    expect(clean(once.bytes)).toEqual(once);
  });

  it('is refused wherever it is cut, or comes out as no less than a picture', () => {
    for (let end = 0; end < bytes.length; end++) {
      const code = codeOf(bytes.subarray(0, end));
      expect(['photo.malformed', 'photo.type'], `cut at ${end}`).toContain(code);
    }
  });

  it('is cleaned or refused by name, whatever byte is changed', () => {
    const property = fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ change;
      const code = codeOf(changed);
      if (code !== undefined) expect(code).toMatch(/^photo\.(malformed|animated|type|tooLarge)$/);
      else expect(clean(clean(changed).bytes)).toEqual(clean(changed));
    });
    fc.assert(property, RUNS);
  });
});

/** The code by which bytes are refused; undefined where they are taken. */
function codeOf(bytes: Uint8Array): string | undefined {
  try {
    cleanPhoto(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof HttpProblem) return error.code;
    throw error;
  }
}

const markers = [...Array.from({ length: 16 }, (_, i) => 0xe0 + i), 0xfe];
const bodies = fc
  .tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }))
  .map(([before, after]) => Buffer.concat([before, SECRET, after]));

describe('a JPEG', () => {
  const bytes = PICTURES.jpeg;
  const plain = clean(bytes);

  it('loses every application segment and comment, and what stands behind its end', () => {
    const segments = fc.array(fc.tuple(fc.constantFrom(...markers), bodies), { minLength: 1, maxLength: 5 });
    const property = fc.property(segments, bodies, (added, behind) => {
      const parts = added.map(([marker, body]) => jpegSegment(marker, body));
      const dirty = Buffer.concat([insertAt(bytes, 2, ...parts), behind]);
      expect(clean(dirty)).toEqual(plain);
    });
    fc.assert(property, RUNS);
  });

  it.each([
    [1, true],
    [3, false],
    [6, true],
    [8, false],
  ])('keeps its orientation %i alone of EXIF', (orientation, isLittle) => {
    const dirty = insertAt(bytes, 2, jpegSegment(0xe1, exif(orientation, isLittle)));
    const picture = clean(dirty);
    expect(picture.bytes.includes(SECRET)).toBe(false);
    expect(clean(picture.bytes)).toEqual(picture);
    if (orientation === 1) expect(picture).toEqual(plain);
    // CIPA DC-008: big-endian TIFF, one entry of a short.
    else
      expect(picture.bytes.includes(Buffer.from(`0112000300000001000${orientation}0000`, 'hex'))).toBe(true);
  });

  it('has no frame that browsers do not show', () => {
    const lossless = Buffer.from(bytes);
    lossless[lossless.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc3;
    expect(codeOf(lossless)).toBe('photo.malformed');
  });
});

describe('a PNG', () => {
  const bytes = PICTURES.png;
  const plain = clean(bytes);

  it('loses text, time, EXIF and private chunks, and what stands behind its end', () => {
    const names = ['tEXt', 'zTXt', 'iTXt', 'tIME', 'eXIf', 'iCCP', 'pHYs', 'prVt', 'caBX'];
    const chunks = fc.array(fc.tuple(fc.constantFrom(...names), bodies), { minLength: 1, maxLength: 5 });
    const property = fc.property(chunks, bodies, fc.boolean(), (added, behind, isLate) => {
      const parts = added.map(([name, body]) => pngChunk(name, body));
      const dirty = Buffer.concat([insertAt(bytes, isLate ? bytes.length - 12 : 33, ...parts), behind]);
      expect(clean(dirty)).toEqual(plain);
    });
    fc.assert(property, RUNS);
  });

  it('moves not', () => {
    const frames = insertAt(bytes, 33, pngChunk('acTL', Buffer.concat([u32(2), u32(0)])));
    expect(codeOf(frames)).toBe('photo.animated');
  });

  it('has no critical chunk that is unknown', () => {
    expect(codeOf(insertAt(bytes, 33, pngChunk('SECR', SECRET)))).toBe('photo.malformed');
  });

  it('has at most 6,000 pixels a side, and at least one', () => {
    const sized = (width: number, height: number) =>
      Buffer.concat([
        bytes.subarray(0, 8),
        pngChunk('IHDR', Buffer.concat([u32(width), u32(height), bytes.subarray(24, 29)])),
        bytes.subarray(33),
      ]);
    expect(codeOf(sized(6_000, 1))).toBeUndefined();
    expect(codeOf(sized(6_001, 1))).toBe('photo.tooLarge');
    expect(codeOf(sized(1, 0))).toBe('photo.malformed');
  });
});

describe.each([
  ['lossy', PICTURES.webpLossy],
  ['lossy with transparency', PICTURES.webpLossyAlpha],
  ['lossless', PICTURES.webpLossless],
])('a %s WebP', (_name, bytes) => {
  it('loses EXIF, XMP, colour profile and unknown chunks, and what stands behind its end', () => {
    const plain = clean(bytes);
    const chunks = fc.array(fc.tuple(fc.constantFrom('EXIF', 'XMP ', 'ICCP', 'prvt'), bodies), {
      minLength: 1,
    });
    const property = fc.property(chunks, bodies, (added, behind) => {
      const dirty = added.reduce<Buffer>((whole, [name, body]) => webpWith(whole, name, body), bytes);
      expect(clean(Buffer.concat([dirty, behind]))).toEqual(plain);
    });
    fc.assert(property, RUNS);
  });

  it('moves not', () => {
    expect(codeOf(webpWith(bytes, 'ANIM', Buffer.alloc(6)))).toBe('photo.animated');
  });
});

it('refuses what is no picture, by its content', () => {
  for (const text of ['', 'GIF89a', '<svg xmlns="http://www.w3.org/2000/svg"/>', '%PDF-1.7', '<html>']) {
    expect(codeOf(Buffer.from(text))).toBe('photo.type');
  }
});

it('answers by name to any bytes behind the beginning of a picture', () => {
  const beginnings = fc.constantFrom(...kinds.map(([, bytes]) => bytes.subarray(0, 16)));
  const property = fc.property(
    beginnings,
    fc.nat(16),
    fc.uint8Array({ maxLength: 200 }),
    (head, keep, rest) => {
      const code = codeOf(Buffer.concat([head.subarray(0, keep), rest]));
      expect([undefined, 'photo.malformed', 'photo.animated', 'photo.type', 'photo.tooLarge']).toContain(
        code,
      );
    },
  );
  fc.assert(property, { ...RUNS, numRuns: 3 * RUNS.numRuns });
});
