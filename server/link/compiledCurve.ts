import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** libsecp256k1 as machine code. */
export interface CompiledCurve {
  /** Whether a key (65 bytes) signed a digest (32 bytes) with `r` and `s` (64 bytes). */
  verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean;
}

/** What the package `secp256k1` exports: 0 is a good signature, any other number a bad one. */
interface Addon {
  Secp256k1: new () => { ecdsaVerify(sig: Uint8Array, digest: Uint8Array, key: Uint8Array): number };
}

/** The package has its libraries in folders of this name; an archive has the same folder beside the program. */
const FOLDER = `prebuilds/${process.platform}-${process.arch}`;
/** On Linux one for each of its C libraries: the wrong one cannot be loaded. */
const NAMES =
  process.platform === 'linux' ? ['secp256k1.glibc.node', 'secp256k1.musl.node'] : ['secp256k1.node'];

/** Signed by the key 1: a library that answers otherwise is not used. */
const KNOWN = {
  key: '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
  digest: '01'.repeat(32),
  signature:
    '747a6c6bd9a8ff0b77a99b8f274f5df5198b5dddc33edd4bc89e459d13dfa6177431bfa016325b8f27491781d1c462999f1dde760560373a517d29161c2df139',
};

/** The library for this platform; undefined where there is none. */
export function loadCompiledCurve(folders = foldersOf()): CompiledCurve | undefined {
  const require = createRequire(import.meta.url);
  for (const path of folders.flatMap((folder) => NAMES.map((name) => join(folder, FOLDER, name)))) {
    try {
      const curve = curveOf(require(path) as Addon);
      if (isRight(curve)) return curve;
    } catch {
      // For another platform, or not there.
    }
  }
  return undefined;
}

function foldersOf(): string[] {
  const beside = dirname(fileURLToPath(import.meta.url));
  try {
    return [dirname(createRequire(import.meta.url).resolve('secp256k1/package.json')), beside];
  } catch {
    return [beside];
  }
}

function curveOf({ Secp256k1 }: Addon): CompiledCurve {
  const addon = new Secp256k1();
  return {
    // It reads as many bytes as it needs, whatever it is given.
    verify: (signature, digest, publicKey) =>
      signature.length === 64 &&
      digest.length === 32 &&
      publicKey.length === 65 &&
      addon.ecdsaVerify(signature, digest, publicKey) === 0,
  };
}

function isRight({ verify }: CompiledCurve): boolean {
  const [key, digest, signature] = [KNOWN.key, KNOWN.digest, KNOWN.signature].map((hex) =>
    Buffer.from(hex, 'hex'),
  ) as [Buffer, Buffer, Buffer];
  const isGood = verify(signature, digest, key);
  digest[0]! ^= 1;
  return isGood && !verify(signature, digest, key);
}
