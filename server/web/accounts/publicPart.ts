import { concatHex, type Hex, isAddressEqual, size, slice } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { signerAccountOf } from '../../../protocol/funding.ts';
import { accountError } from './accountError.ts';
import { holdRecoveryKey, privateKeyOf, recoveryKeyOf, recoveryOf } from './recoveryKey.ts';
import type { PasskeyWallet, Role } from './walletKinds.ts';

/** Verifier, x, y, address of the recovery key. */
const SIGNER_BYTES = 104;
/** IV, 32 bytes, tag. */
const SEALED_BYTES = 60;
const VERSION = '0x01';

/** The account without its words, as a text that a QR code holds: nobody can sign with it. */
export function publicPartOf({ signer, sealedSecret = '0x' }: PasskeyWallet): string {
  const bytes = concatHex([VERSION, signer, sealedSecret]).slice(2);
  const binary = bytes.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return `plugpact-account:${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

type PublicPart = Pick<PasskeyWallet, 'address' | 'signer' | 'sealedSecret'>;

/**
 * Finds it in a text: a file, what a camera read, or what was pasted.
 *
 * @throws PlugpactError `recovery.publicPart`; `recovery.otherMarket` where another market's verifier is in it.
 */
export function readPublicPart(text: string, verifier: ConfigResponse['passkeyVerifier']): PublicPart {
  const [, code] = /plugpact-account:([\w-]+)/.exec(text) ?? [];
  const bytes = code === undefined ? undefined : hexOf(code);
  const length = bytes === undefined ? 0 : size(bytes) - 1 - SIGNER_BYTES;
  if (bytes === undefined || slice(bytes, 0, 1) !== VERSION || (length !== 0 && length !== SEALED_BYTES)) {
    throw accountError('publicPart');
  }
  const signer = slice(bytes, 1, 1 + SIGNER_BYTES);
  if (verifier === null || !isAddressEqual(slice(signer, 0, 20), verifier)) throw accountError('otherMarket');
  const sealed = length === 0 ? {} : { sealedSecret: slice(bytes, 1 + SIGNER_BYTES) };
  return { address: signerAccountOf(signer), signer, ...sealed };
}

function hexOf(code: string): Hex | undefined {
  try {
    const binary = atob(code.replaceAll('-', '+').replaceAll('_', '/'));
    const pairs = [...binary].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0'));
    return pairs.length === 0 ? undefined : `0x${pairs.join('')}`;
  } catch {
    return undefined;
  }
}

/**
 * The account of twelve words and its public part, on any page of its market. Its signatures are the recovery key's,
 * which stays in this tab.
 *
 * @throws PlugpactError `recovery.words`, `recovery.publicPart`, `recovery.otherMarket`, `recovery.otherKey`.
 */
export function recoverAccount(
  role: Role,
  { passkeyVerifier }: Pick<ConfigResponse, 'passkeyVerifier'>,
  given: { words: string; publicPart: string },
): PasskeyWallet {
  const part = readPublicPart(given.publicPart, passkeyVerifier);
  const key = recoveryKeyOf(given.words);
  if (!isAddressEqual(key.address, recoveryOf(part.signer))) throw accountError('otherKey');
  holdRecoveryKey(privateKeyOf(key), key.address);
  return { role, kind: 'passkey', ...part };
}
