import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

type Environment = Readonly<Record<string, string | undefined>>;

/** Folder of this user for what can be made again, shared by all clones. */
export function userCacheDir(
  platform: NodeJS.Platform = process.platform,
  env: Environment = process.env,
  home = homedir(),
): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'plugpact');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData/Local'), 'plugpact/cache');
  if (platform === 'darwin') return join(home, 'Library/Caches/plugpact');
  return join(home, '.cache/plugpact');
}

/** Bytes of all entries together; the ones unused for longest go first. */
const MAX_CACHE_BYTES = 200_000_000;

/** A writer that was killed leaves its file behind; no writer takes this long. */
const ABANDONED_AFTER_MS = 3_600_000;

const DIGEST_BYTES = 32;
const ENDING = '.gz';

/** Of key and content, so that an entry under a key that is not its own is refused as well. */
const digestOf = (key: string, packed: Buffer): Buffer =>
  createHash('sha256').update(`${key}\0`).update(packed).digest();

export type CacheOptions = { folder: string; say: (text: string) => void; maxBytes?: number };

/**
 * Texts by a key that names all that decided them. An entry that is not whole is removed and counts as missing; a
 * folder that cannot be written costs the saving and nothing else.
 */
export class UserCache {
  readonly #folder: string;
  readonly #say: (text: string) => void;
  readonly #maxBytes: number;

  constructor({ folder, say, maxBytes = MAX_CACHE_BYTES }: CacheOptions) {
    this.#folder = folder;
    this.#say = say;
    this.#maxBytes = maxBytes;
  }

  read(key: string): string | undefined {
    const file = join(this.#folder, key + ENDING);
    try {
      const content = readFileSync(file);
      const packed = content.subarray(DIGEST_BYTES);
      if (!digestOf(key, packed).equals(content.subarray(0, DIGEST_BYTES))) return this.#refuse(file);
      markUsed(file);
      return gunzipSync(packed).toString('utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#say(`${file} cannot be read: ${reason(error)}.`);
      return undefined;
    }
  }

  #refuse(file: string): undefined {
    this.#say(`${file} is damaged or was not written by this program: not used.`);
    rmSync(file, { force: true });
  }

  /** Keeps the text; other processes see all of it or nothing. */
  keep(key: string, text: string): void {
    const written = join(this.#folder, `${key}.${process.pid}.tmp`);
    try {
      mkdirSync(this.#folder, { recursive: true });
      const packed = gzipSync(text);
      writeFileSync(written, Buffer.concat([digestOf(key, packed), packed]));
      renameSync(written, join(this.#folder, key + ENDING));
      this.#prune();
    } catch (error) {
      this.#say(`${this.#folder} cannot be written: ${reason(error)}. Nothing is kept for the next time.`);
      discard(written);
    }
  }

  #prune(): void {
    const files = readdirSync(this.#folder).flatMap((name) => statOf(join(this.#folder, name)));
    let bytes = 0;
    for (const { file, size, mtimeMs } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
      const isEntry = file.endsWith(ENDING);
      if (isEntry) bytes += size;
      const isAbandoned = !isEntry && Date.now() - mtimeMs > ABANDONED_AFTER_MS;
      if (isAbandoned || (isEntry && bytes > this.#maxBytes)) rmSync(file, { force: true });
    }
  }
}

const reason = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** The time of the last use decides what goes first; a cache that may only be read works without. */
function markUsed(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Belongs to somebody else.
  }
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Could not be written, cannot be removed.
  }
}

/** Another clone may have removed it meanwhile. */
function statOf(file: string): { file: string; size: number; mtimeMs: number }[] {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() ? [{ file, size: stats.size, mtimeMs: stats.mtimeMs }] : [];
}
