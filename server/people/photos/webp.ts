import { ByteReader, joined, malformed, type Picture, PictureFault } from './picture.ts';

/** Flags of VP8X (WebP container specification, "Extended File Format"). */
const HAS_ALPHA = 0x10;
const IS_ANIMATED = 0x02;

type Size = Pick<Picture, 'width' | 'height'>;

/** A WebP file with its picture and transparency alone: EXIF, XMP, colour profile and unknown chunks are left out. */
export function cleanWebp(bytes: Uint8Array): Picture {
  const reader = new ByteReader(bytes);
  if (reader.text(4) !== 'RIFF') throw malformed('a WebP begins by RIFF');
  const length = reader.uint32(true);
  const content = new ByteReader(reader.take(length));
  if (content.text(4) !== 'WEBP') throw malformed('the RIFF file is no WebP');
  const chunks = new Map<string, Uint8Array>();
  while (content.left > 0) {
    const { name, body } = chunkOf(content);
    if (name === 'ANIM' || name === 'ANMF') throw new PictureFault('animated', 'an animated WebP');
    if (chunks.has(name) && KEPT.includes(name)) throw malformed(`chunk ${name} stands twice`);
    chunks.set(name, body);
  }
  return pictureOf(chunks);
}

const KEPT: readonly string[] = ['VP8X', 'ALPH', 'VP8 ', 'VP8L'];

function pictureOf(chunks: ReadonlyMap<string, Uint8Array>): Picture {
  const [lossy, lossless, extended, alpha] = ['VP8 ', 'VP8L', 'VP8X', 'ALPH'].map((name) => chunks.get(name));
  if ((lossy === undefined) === (lossless === undefined)) throw malformed('a WebP has one picture');
  const size = lossless === undefined ? sizeOfLossy(lossy!) : sizeOfLossless(lossless);
  const picture = lossless === undefined ? chunk('VP8 ', lossy!) : chunk('VP8L', lossless);
  const flags = extended?.[0] ?? 0;
  if ((flags & IS_ANIMATED) !== 0) throw new PictureFault('animated', 'an animated WebP');
  const isExtended = extended !== undefined && (alpha !== undefined || (flags & HAS_ALPHA) !== 0);
  const before = isExtended ? [chunk('VP8X', header(size)), ...(alpha ? [chunk('ALPH', alpha)] : [])] : [];
  const body = joined([text('WEBP'), ...before, picture]);
  return { contentType: 'image/webp', ...size, bytes: joined([text('RIFF'), uint32(body.length), body]) };
}

/** Only transparency is said of the file, whatever was said before. */
function header({ width, height }: Size): Uint8Array {
  const side = (pixels: number) => uint32(pixels - 1).subarray(0, 3);
  return joined([Uint8Array.of(HAS_ALPHA, 0, 0, 0), side(width), side(height)]);
}

/** RFC 6386, section 9.1: a key frame names its size behind a start code. */
function sizeOfLossy(body: Uint8Array): Size {
  if (body.length < 10 || (body[0]! & 1) !== 0) throw malformed('the picture begins by a key frame');
  if (body[3] !== 0x9d || body[4] !== 0x01 || body[5] !== 0x2a)
    throw malformed('a key frame has a start code');
  const side = (at: number) => (body[at]! | (body[at + 1]! << 8)) & 0x3fff;
  return { width: side(6), height: side(8) };
}

/** WebP lossless specification, section 3: 14 bits each, less one. */
function sizeOfLossless(body: Uint8Array): Size {
  if (body.length < 5 || body[0] !== 0x2f) throw malformed('a lossless picture begins by 0x2f');
  const bits = new ByteReader(body.subarray(1, 5)).uint32(true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function chunkOf(reader: ByteReader): { name: string; body: Uint8Array } {
  const name = reader.text(4);
  const length = reader.uint32(true);
  const body = reader.take(length);
  // Chunks begin at even bytes. Some writers leave the last one out.
  if (length % 2 === 1 && reader.left > 0) reader.take(1);
  return { name, body };
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const padding = body.length % 2 === 1 ? [Uint8Array.of(0)] : [];
  return joined([text(name), uint32(body.length), body, ...padding]);
}

const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
