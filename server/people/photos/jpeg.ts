import { orientationOf, orientationSegment } from './exif.ts';
import { ByteReader, joined, malformed, type Picture } from './picture.ts';

/** Markers of ITU-T T.81, table B.1. */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const APP14 = 0xee;
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;
/** What a decoder needs: quantisation, Huffman and arithmetic tables, restart interval. */
const TABLES: readonly number[] = [0xdb, 0xc4, 0xcc, 0xdd];
/** Baseline, extended and progressive frames: what browsers show. */
const FRAMES: readonly number[] = [0xc0, 0xc1, 0xc2];

/** Adobe's APP14 says how colours are coded; it is 12 bytes long, and nothing but that. */
const ADOBE_BYTES = 12;

interface Found {
  kept: Uint8Array[];
  size: { width: number; height: number } | undefined;
  orientation: number | undefined;
}

/**
 * A JPEG file with its frame, tables and scans alone. All application segments (EXIF with location, device and thumbnail;
 * XMP; IPTC; colour profiles) and comments are left out, and what stands behind the end; an orientation is written again.
 */
export function cleanJpeg(bytes: Uint8Array): Picture {
  const reader = new ByteReader(bytes);
  if (reader.uint16() !== 0xff00 + SOI) throw malformed('a JPEG begins by SOI');
  const found: Found = { kept: [], size: undefined, orientation: undefined };
  let scans = 0;
  for (let marker = markerOf(reader); marker !== EOI; marker = markerOf(reader)) {
    keepSegment(found, marker, reader);
    if (marker !== SOS) continue;
    scans++;
    found.kept.push(scanOf(reader));
  }
  if (found.size === undefined || scans === 0) throw malformed('a JPEG has a frame and a scan');
  const turned =
    found.orientation === undefined || found.orientation === 1
      ? []
      : [segment(APP1, orientationSegment(found.orientation))];
  const parts = [Uint8Array.of(0xff, SOI), ...turned, ...found.kept, Uint8Array.of(0xff, EOI)];
  return { contentType: 'image/jpeg', ...found.size, bytes: joined(parts) };
}

function keepSegment(found: Found, marker: number, reader: ByteReader): void {
  const length = reader.uint16();
  if (length < 2) throw malformed('a segment counts its own length');
  const body = reader.take(length - 2);
  if (FRAMES.includes(marker)) found.size = sizeOf(body, found);
  else if (marker === APP1) found.orientation ??= orientationOf(body);
  const isColour =
    marker === APP14 &&
    body.length === ADOBE_BYTES &&
    String.fromCharCode(...body.subarray(0, 5)) === 'Adobe';
  if (isColour || marker === SOS || FRAMES.includes(marker) || TABLES.includes(marker))
    found.kept.push(segment(marker, body));
  else if (!isApplication(marker))
    throw malformed(`marker ${marker.toString(16)} is none that browsers show`);
}

/** Application segments and comments may stand anywhere. */
const isApplication = (marker: number): boolean => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;

function sizeOf(frame: Uint8Array, { size }: Found): { width: number; height: number } {
  if (size !== undefined) throw malformed('a JPEG has one frame');
  const reader = new ByteReader(frame);
  reader.take(1);
  const height = reader.uint16();
  return { width: reader.uint16(), height };
}

/** The next marker; a file may fill up with 0xff before it. */
function markerOf(reader: ByteReader): number {
  if (reader.uint8() !== 0xff) throw malformed('a segment begins by 0xff');
  let marker = reader.uint8();
  while (marker === 0xff) marker = reader.uint8();
  return marker;
}

/** Entropy-coded bytes, up to the next marker that is no restart. */
function scanOf(reader: ByteReader): Uint8Array {
  const begin = reader.at;
  const { bytes } = reader;
  for (let at = begin; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff || bytes[at + 1] === 0 || isRestart(bytes[at + 1]!)) continue;
    if (bytes[at + 1] === 0xff) continue;
    return reader.take(at - begin);
  }
  throw malformed('a JPEG ends by EOI');
}

function segment(marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  return joined([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), body]);
}
