import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { MARKET_ABI } from './rules/abi.ts';

const CODE = /\.(?:[cm]?[jt]s|json)$/;

/** What this program is: the SHA-256 of its files, of its packages by their exact versions, of the ABI and of Node's version. */
export function programDigest(): string {
  const { version, dependencies } = manifest;
  const hash = createHash('sha256').update(
    JSON.stringify([process.version, version, dependencies, MARKET_ABI]),
  );
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => CODE.test(name)).sort()) {
    hash.update(`${file}\n`).update(readFileSync(join(import.meta.dirname, file)));
  }
  return hash.digest('hex');
}
