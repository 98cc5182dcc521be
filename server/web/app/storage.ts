import { PlugpactError } from '../../../protocol/errors.ts';

const PREFIX = 'plugpact:';

/** JSON of a value with its big integers marked, so that `parseStored` restores the same value. */
export const stringifyStored = (value: unknown): string =>
  JSON.stringify(value, (_key, v) => (typeof v === 'bigint' ? { $bigint: v.toString() } : v));

export const parseStored = (text: string): unknown =>
  JSON.parse(text, (_key, v) =>
    typeof v === 'object' && v !== null && typeof v.$bigint === 'string' ? BigInt(v.$bigint) : v,
  );

/** Stores a value in this browser. A booking's keys and secrets are stored here and nowhere else. */
export function save(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, stringifyStored(value));
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
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? undefined : (parseStored(text) as T);
  } catch {
    return undefined;
  }
}

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
