import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

const BLOCK = 512;
const REGULAR_FILE = ['0', '\0'];

const text = (block: Buffer, start: number, length: number): string =>
  block.toString('utf8', start, start + length).replace(/\0.*$/s, '');

/**
 * Unpacks the regular files of an uncompressed ustar archive (POSIX 1003.1, pax interchange format, header
 * block) with their permissions. Enough for archives of short names; throws at a name that leaves `folder`.
 */
export function unpackTar(archive: Buffer, folder: string): void {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    const name = text(header, 0, 100);
    if (name === '') return;
    const size = Number.parseInt(text(header, 124, 12), 8);
    const path = resolve(folder, join(text(header, 345, 155), name));
    if (!path.startsWith(resolve(folder) + sep))
      throw new Error(`The archive holds "${name}", outside of it.`);
    if (REGULAR_FILE.includes(text(header, 156, 1) || '\0')) {
      mkdirSync(dirname(path), { recursive: true });
      const mode = Number.parseInt(text(header, 100, 8), 8) & 0o777;
      writeFileSync(path, archive.subarray(at + BLOCK, at + BLOCK + size), { mode });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** A regular file of an archive. */
export interface TarFile {
  /** Its path in the archive, with `/`; at most 100 bytes. */
  path: string;
  content: Buffer;
  isProgram?: boolean;
}

const NAME_BYTES = 100;
const CHECKSUM_AT = 148;

/** A number as the header writes it: octal digits up to a closing zero byte. */
const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;

/** Nothing of the machine, the user or the moment is in it: the same files always make the same bytes. */
function headerOf({ path, content, isProgram = false }: TarFile): Buffer {
  if (Buffer.byteLength(path) > NAME_BYTES) throw new Error(`"${path}" is too long for an archive.`);
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0);
  header.write(octal(isProgram ? 0o755 : 0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  // The checksum counts its own field as blanks.
  header.write(' '.repeat(8), CHECKSUM_AT);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT);
  return header;
}

/** An uncompressed ustar archive of these files, in the order of their paths. */
export function packTar(files: readonly TarFile[]): Buffer {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const blocks = sorted.flatMap((file) => {
    const rest = (BLOCK - (file.content.length % BLOCK)) % BLOCK;
    return [headerOf(file), file.content, Buffer.alloc(rest)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}
