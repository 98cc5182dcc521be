import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bytesToHex, type Hex, hexToBytes } from 'viem';

const fileOf = (folder: string, hash: string): string => join(folder, `${hash.slice(2)}.jsonl`);

/** Where the bundles of a data folder are. */
export const bundleFolder = (dataDir: string): string => join(dataDir, 'evidence');

/** A bundle's bytes, packed or not; undefined where there is no file. */
export function bundleBytes(folder: string, hash: Hex): Buffer | undefined {
  const file = fileOf(folder, hash);
  if (existsSync(file)) return readFileSync(file);
  return existsSync(`${file}.gz`) ? gunzipSync(readFileSync(`${file}.gz`)) : undefined;
}

/** The lines of a bundle; none where its file is gone. */
export function bundleLines(folder: string, hash: Hex): string[] {
  const text = bundleBytes(folder, hash)?.toString('utf8') ?? '';
  return text.split('\n').slice(0, -1);
}

/**
 * Packs a bundle with gzip, and returns whether the packed file is on disk and holds exactly what the hash names. The
 * plain file stays until `dropPlain`.
 */
export function packBundle(folder: string, hash: Hex, salt: Hex): boolean {
  const bytes = bundleBytes(folder, hash);
  if (bytes === undefined) return false;
  const found = bytesToHex(createHash('sha256').update(hexToBytes(salt)).update(bytes).digest());
  if (found !== hash) return false;
  const packed = `${fileOf(folder, hash)}.gz`;
  if (existsSync(packed)) return true;
  writeFileSync(`${packed}.new`, gzipSync(bytes, { level: 9 }), { mode: 0o600, flush: true });
  renameSync(`${packed}.new`, packed);
  return true;
}

export const dropPlain = (folder: string, hash: Hex): void => rmSync(fileOf(folder, hash), { force: true });

/** Bytes of a packed bundle. */
export function packedBytes(folder: string, hash: Hex): number {
  return statSync(`${fileOf(folder, hash)}.gz`, { throwIfNoEntry: false })?.size ?? 0;
}
