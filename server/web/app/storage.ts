import { PlugpactError } from '../../../protocol/errors.ts';

const PREFIX = 'plugpact:';

/** JSON of a value with its big integers marked, so that `parseStored` restores the same value. */
export const stringifyStored = (value: unknown): string =>
  JSON.stringify(value, (_key, v) => (typeof v === 'bigint' ? { $bigint: v.toString() } : v));

export const parseStored = (text: string): unknown =>
  JSON.parse(text, (_key, v) =>
    typeof v === 'object' && v !== null && typeof v.$bigint === 'string' ? BigInt(v.$bigint) : v,
  );

/** Stores a value in this browser. What stood there and cannot be read is set aside first. */
export function save(key: string, value: unknown): void {
  if (readText(key).state === 'BROKEN') setAside(key);
  write(key, stringifyStored(value));
}

function write(key: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + key, text);
  } catch (cause) {
    throw new PlugpactError(
      {
        code: 'storage.refused',
        rule: 'The browser must let this page store its keys, and it refused.',
        remedy: 'Leave private browsing or allow this site to store data, then try again.',
      },
      { cause },
    );
  }
}

/** A stored value, or undefined when there is none or it cannot be read. */
export function load<T>(key: string): T | undefined {
  const found = readText(key);
  return found.state === 'OK' ? (found.value as T) : undefined;
}

/**
 * What stands under a key. `BROKEN`: nothing that any version of this page wrote. `NEWER`: a newer version of this page wrote
 * it. Both stay as they are until somebody deletes them.
 */
export type Found<T> = { state: 'NONE' | 'BROKEN' | 'NEWER' } | { state: 'OK'; value: T };

function readText(key: string): Found<unknown> {
  const text = storedText(key);
  if (text === null) return { state: 'NONE' };
  try {
    return { state: 'OK', value: parseStored(text) };
  } catch {
    return { state: 'BROKEN' };
  }
}

/** The text under a key, as it is stored. */
export const storedText = (key: string): string | null => localStorage.getItem(PREFIX + key);

/** A kind of stored object, with the version of its shape. */
export interface StoredKind<T extends object> {
  /** What is written carries it as `version`; up to 0.1.0 nothing did, which counts as 0. */
  version: number;
  /** Makes the next version of each older one, the oldest first. */
  migrations: readonly ((old: Record<string, unknown>) => Record<string, unknown>)[];
  isValid: (value: unknown) => boolean;
  /** Exists for its type alone. */
  of?: T;
}

/** Reads an object of a kind; one of an older version is brought to the present shape, and written so with its next change. */
export function loadKind<T extends object>(kind: StoredKind<T>, key: string): Found<T> {
  const found = readText(key);
  return found.state === 'OK' ? asKind(kind, found.value) : found;
}

export function asKind<T extends object>(kind: StoredKind<T>, value: unknown): Found<T> {
  if (typeof value !== 'object' || value === null) return { state: 'BROKEN' };
  const { version = 0, ...stored } = value as Record<string, unknown>;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) return { state: 'BROKEN' };
  if (version > kind.version) return { state: 'NEWER' };
  try {
    const present = kind.migrations.slice(version).reduce((old, migrate) => migrate(old), stored);
    return kind.isValid(present) ? { state: 'OK', value: present as T } : { state: 'BROKEN' };
  } catch {
    return { state: 'BROKEN' };
  }
}

/** Writes an object with its kind's version. What stood there and is not of this kind is set aside first. */
export function saveKind<T extends object>(kind: StoredKind<T>, key: string, value: T): void {
  const { state } = loadKind(kind, key);
  if (state === 'BROKEN' || state === 'NEWER') setAside(key);
  write(key, stringifyStored({ ...value, version: kind.version }));
}

const ASIDE = 'aside:';

/** Keeps what stands under a key under another, so that it is not lost when the key is written. */
function setAside(key: string): void {
  const text = storedText(key);
  if (text !== null) write(`${ASIDE}${Date.now()}:${key}`, text);
}

/** Keys of what was set aside. */
export const keysSetAside = (): string[] => storedKeys(ASIDE);

export function forget(key: string): void {
  localStorage.removeItem(PREFIX + key);
}

/** Keys that begin with `start`, without the page's own prefix. */
export function storedKeys(start: string): string[] {
  const keys: string[] = [];
  for (let i = 0; i < localStorage.length; i += 1) {
    const key = localStorage.key(i);
    if (key?.startsWith(PREFIX + start)) keys.push(key.slice(PREFIX.length));
  }
  return keys;
}
