import { createReadStream } from 'node:fs';
import { opendir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AuditError } from '../lib/errors.ts';

/** A bundle as its source has it; `name` is what the source calls it. */
export interface GivenBundle {
  name: string;
  bytes: Uint8Array;
  /** What stands beside the bundle as its salt; undefined where nothing does. */
  salt: Uint8Array | undefined;
}

/** No agent writes a larger one: more is refused before it fills the memory. */
export const BUNDLE_BYTES_MAX = 64 * 1024 * 1024;

const BUNDLE = /^([0-9a-f]{64})\.(jsonl|jsonl\.gz|bin)$/;
const SALT_BYTES = 32;

/**
 * The bundles of a folder and of the folders in it: `<hash>.jsonl` or `.jsonl.gz` with `<hash>.salt`, as agents keep them, and
 * `<hash>.bin`, salt and bundle in one file, as the API hands them out. One is in memory at a time.
 *
 * @throws AuditError `audit.evidence` where there is no such folder.
 */
export async function* bundlesIn(folder: string): AsyncGenerator<GivenBundle> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw noFolder(folder);
  for await (const entry of await opendir(folder, { recursive: true })) {
    const [, hash, kind] = BUNDLE.exec(entry.name) ?? [];
    if (hash === undefined || !entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (kind === 'bin') yield splitBundle(hash, await contentsOf(path));
    else yield { name: hash, bytes: await contentsOf(path), salt: await saltBeside(entry.parentPath, hash) };
  }
}

/** The 32 bytes of the salt stand before the bundle. */
export const splitBundle = (name: string, bytes: Uint8Array): GivenBundle => ({
  name,
  salt: bytes.subarray(0, SALT_BYTES),
  bytes: bytes.subarray(SALT_BYTES),
});

async function contentsOf(path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const take = async (stream: AsyncIterable<Uint8Array>) => {
    for await (const part of stream) {
      length += part.length;
      if (length > BUNDLE_BYTES_MAX) throw tooLarge(path);
      parts.push(part);
    }
  };
  const file = createReadStream(path);
  const read = path.endsWith('.gz') ? pipeline(file, createGunzip(), take) : pipeline(file, take);
  await read.catch((error: Error) =>
    Promise.reject(error instanceof AuditError ? error : unreadableFile(path, error)),
  );
  return Buffer.concat(parts);
}

const saltBeside = (folder: string, hash: string): Promise<Uint8Array | undefined> =>
  readFile(join(folder, `${hash}.salt`)).then(
    (salt) => salt,
    () => undefined,
  );

const noFolder = (folder: string): AuditError =>
  new AuditError({
    code: 'audit.evidence',
    value: folder,
    rule: '--evidence names a folder with the bundles of agents, or the address of an API.',
    remedy: 'Give the folder "evidence" of an agent’s data, or a folder with several of them.',
  });

const tooLarge = (path: string): AuditError =>
  new AuditError({
    code: 'audit.evidence',
    value: basename(path),
    rule: `A bundle has at most ${BUNDLE_BYTES_MAX} bytes, unpacked.`,
    remedy: 'Take this file out of the folder: no agent wrote it.',
  });

const unreadableFile = (path: string, cause: Error): AuditError =>
  new AuditError(
    {
      code: 'audit.evidence',
      value: `${basename(path)}: ${cause.message}`,
      rule: 'The audit has to read each bundle of the folder; those that end in .gz are packed by gzip.',
      remedy: 'Give the file as its agent wrote it, or take it out of the folder.',
    },
    { cause },
  );
