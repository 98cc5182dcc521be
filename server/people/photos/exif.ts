const TAG_ORIENTATION = 0x0112;
const TYPE_SHORT = 3;
const HEADER = 'Exif\0\0';
const ENTRY_BYTES = 12;

/**
 * How a picture is turned (1 to 8) by an EXIF segment (CIPA DC-008, section 4.6.4); undefined where it does not say so in
 * a way that can be read.
 */
export function orientationOf(segment: Uint8Array): number | undefined {
  if (!isExif(segment) || segment.length < HEADER.length + 8) return undefined;
  const view = new DataView(
    segment.buffer,
    segment.byteOffset + HEADER.length,
    segment.length - HEADER.length,
  );
  const isLittle = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > view.byteLength) return undefined;
  const count = view.getUint16(directory, isLittle);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > view.byteLength) return undefined;
    if (view.getUint16(entry, isLittle) !== TAG_ORIENTATION) continue;
    const value = view.getUint16(entry + 8, isLittle);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

const isExif = (segment: Uint8Array): boolean =>
  [...HEADER].every((letter, i) => segment[i] === letter.charCodeAt(0));

/** An EXIF segment that says how the picture is turned, and nothing else. */
export function orientationSegment(orientation: number): Uint8Array {
  const bytes = new Uint8Array(HEADER.length + 8 + 2 + ENTRY_BYTES + 4);
  bytes.set([...HEADER].map((letter) => letter.charCodeAt(0)));
  const view = new DataView(bytes.buffer, HEADER.length);
  view.setUint32(0, 0x4d4d002a);
  view.setUint32(4, 8);
  view.setUint16(8, 1);
  view.setUint16(10, TAG_ORIENTATION);
  view.setUint16(12, TYPE_SHORT);
  view.setUint32(14, 1);
  view.setUint16(18, orientation);
  return bytes;
}
