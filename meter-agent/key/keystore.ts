import { createDecipheriv, scryptSync } from 'node:crypto';
import { concatHex, type Hex, keccak256, toHex } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';

const hexText = z.string().regex(/^([0-9a-fA-F]{2})+$/);

/** Web3 Secret Storage, version 3, with scrypt, as wallets write it. Some write "Crypto" for "crypto". */
const keystore = z
  .looseObject({ version: z.literal(3), crypto: z.unknown().optional(), Crypto: z.unknown().optional() })
  .transform((file) => file.crypto ?? file.Crypto)
  .pipe(
    z.looseObject({
      cipher: z.literal('aes-128-ctr'),
      cipherparams: z.looseObject({ iv: hexText }),
      ciphertext: hexText,
      kdf: z.literal('scrypt'),
      kdfparams: z.looseObject({
        // 1 GiB at most: a foreign file must not exhaust the machine's memory.
        n: z.int().min(2).max(1_048_576),
        r: z.literal(8),
        p: z.int().min(1).max(16),
        dklen: z.int().min(32).max(64),
        salt: hexText,
      }),
      mac: hexText,
    }),
  );

/**
 * The private key of a keystore. Uses Node's own primitives, because the library that writes keystores would stay in
 * the agent's memory. Throws PlugpactError `key.invalid` or `key.passphrase`.
 */
export function decryptKeystore(text: string, passphrase: string, file: string): Hex {
  const { cipherparams, ciphertext, kdfparams, mac } = parse(text, file);
  const { n, r, p, dklen, salt } = kdfparams;
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  const maxmem = 128 * n * r + 64 * 1024 * 1024;
  const derived = scryptSync(passphrase.normalize('NFKC'), bytes(salt), dklen, { N: n, r, p, maxmem });
  const expected = keccak256(concatHex([toHex(derived.subarray(16, 32)), `0x${ciphertext}`]));
  if (expected.slice(2) !== mac.toLowerCase()) {
    throw new PlugpactError({
      code: 'key.passphrase',
      value: file,
      rule: 'This passphrase does not open the keystore.',
      remedy: 'Give the one it was made with; without it the key is lost, and a new key needs new listings.',
    });
  }
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), bytes(cipherparams.iv));
  return toHex(Buffer.concat([decipher.update(bytes(ciphertext)), decipher.final()]));
}

function parse(text: string, file: string) {
  try {
    return keystore.parse(JSON.parse(text));
  } catch (error) {
    throw new PlugpactError(
      {
        code: 'key.invalid',
        value: file,
        rule: 'The encrypted key is a keystore of Web3 Secret Storage, version 3, with scrypt.',
        remedy: 'Restore the file from a backup: a new key needs new listings.',
      },
      { cause: error },
    );
  }
}
