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
