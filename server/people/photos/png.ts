import { crc32 } from 'node:zlib';
import { ByteReader, joined, malformed, type Picture, PictureFault } from './picture.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** What a decoder needs to show the picture (PNG, third edition, section 11); none of them holds text, time or place. */
const KEPT: readonly string[] = ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'IDAT', 'IEND'];
const ANIMATION = 'acTL';

/** A PNG file without text, time, EXIF, colour profiles and private chunks, and without what stands behind the end. */
export function cleanPng(bytes: Uint8Array): Picture {
  const reader = new ByteReader(bytes);
  if (!SIGNATURE.every((byte) => reader.uint8() === byte)) throw malformed('a PNG begins by its signature');
  const kept: Uint8Array[] = [SIGNATURE];
  const names: string[] = [];
  let size: { width: number; height: number } | undefined;
  while (names.at(-1) !== 'IEND') {
    const { name, body, whole } = chunkOf(reader);
    if (name === ANIMATION) throw new PictureFault('animated', 'an animated PNG');
    if (names.length === 0) size = sizeOf(name, body);
    names.push(name);
    if (KEPT.includes(name)) kept.push(whole);
    else if (/^[A-Z]/.test(name)) throw malformed(`chunk ${name} is critical and unknown`);
  }
  if (size === undefined || !names.includes('IDAT')) throw malformed('a PNG has a header and a picture');
  return { contentType: 'image/png', ...size, bytes: joined(kept) };
}

function chunkOf(reader: ByteReader): { name: string; body: Uint8Array; whole: Uint8Array } {
  const begin = reader.at;
  const length = reader.uint32();
  const name = reader.text(4);
  const body = reader.take(length);
  const checked = reader.bytes.subarray(begin + 4, reader.at);
  if (reader.uint32() !== crc32(checked))
    throw malformed(`chunk ${JSON.stringify(name)} has another checksum`);
  return { name, body, whole: reader.bytes.subarray(begin, reader.at) };
}

function sizeOf(name: string, body: Uint8Array): { width: number; height: number } {
  if (name !== 'IHDR' || body.length !== 13) throw malformed('a PNG begins by IHDR');
  const reader = new ByteReader(body);
  return { width: reader.uint32(), height: reader.uint32() };
}
