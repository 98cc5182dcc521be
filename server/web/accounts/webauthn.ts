import { bytesToHex, type Hex, hexToBytes, slice } from 'viem';
import { createWebAuthnCredential } from 'viem/account-abstraction';
import type { PlugpactError } from '../../../protocol/errors.ts';
import type { PasskeyAssertion } from '../../../protocol/passkey.ts';
import { accountError } from './accountError.ts';

/** What the authenticator makes the account's secret of (WebAuthn PRF); the same for all accounts. */
const PRF_INPUT = new TextEncoder().encode('Plugpact: secret of this account');
const PRF = { prf: { eval: { first: PRF_INPUT } } };

export interface CreatedPasskey {
  credentialId: string;
  /** x ‖ y, 64 bytes. */
  publicKey: Hex;
  /** 32 bytes; undefined where the authenticator makes none, or only with a signature. */
  prf: Hex | undefined;
  /** Whether a signature brings a secret. */
  hasPrf: boolean;
}

/**
 * Makes a passkey. Its user handle is the address of the recovery key, so that the passkey alone leads back to the account.
 *
 * @throws PlugpactError `passkey.refused`, `passkey.unsupported`.
 */
export async function createPasskey(name: string, recovery: Hex): Promise<CreatedPasskey> {
  const created = await createWebAuthnCredential({
    user: { id: hexToBytes(recovery), name, displayName: name },
    rp: { id: location.hostname, name: 'Plugpact' },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    extensions: PRF,
  }).catch((cause) => {
    throw passkeyError(cause);
  });
  const { prf } = created.raw.getClientExtensionResults() as ExtensionResults;
  return {
    credentialId: created.id,
    publicKey: slice(created.publicKey, -64),
    prf: secretOf(prf),
    hasPrf: prf?.enabled === true || prf?.results?.first !== undefined,
  };
}

interface ExtensionResults {
  prf?: { enabled?: boolean; results?: { first?: BufferSource } };
}

export interface Asserted {
  assertion: PasskeyAssertion;
  credentialId: string;
  /** What the account's passkey was made with: the address of the recovery key. */
  userHandle: Hex | undefined;
  prf: Hex | undefined;
}

/**
 * Asks a passkey to sign a challenge; without an id, whichever of this page's the person chooses.
 *
 * @throws PlugpactError `passkey.refused`, `passkey.unsupported`.
 */
export async function assertPasskey(challenge: Hex, credentialId?: string): Promise<Asserted> {
  const allowed =
    credentialId === undefined ? [] : [{ id: fromBase64Url(credentialId), type: 'public-key' as const }];
  const answer = await navigator.credentials
    .get({
      publicKey: {
        challenge: hexToBytes(challenge) as BufferSource,
        allowCredentials: allowed,
        userVerification: 'required',
        extensions: PRF,
      },
    })
    .catch((cause) => {
      throw passkeyError(cause);
    });
  if (answer === null) throw passkeyError(undefined);
  const credential = answer as PublicKeyCredential;
  const { authenticatorData, clientDataJSON, signature, userHandle } =
    credential.response as AuthenticatorAssertionResponse;
  const { prf } = credential.getClientExtensionResults() as ExtensionResults;
  return {
    assertion: {
      authenticatorData: hexOf(authenticatorData),
      clientDataJSON: new TextDecoder().decode(clientDataJSON),
      signature: hexOf(signature),
    },
    credentialId: credential.id,
    userHandle: userHandle === null ? undefined : hexOf(userHandle),
    prf: secretOf(prf),
  };
}

const hexOf = (bytes: ArrayBuffer): Hex => bytesToHex(new Uint8Array(bytes));

function secretOf(prf: ExtensionResults['prf']): Hex | undefined {
  const first = prf?.results?.first;
  if (first === undefined) return undefined;
  return bytesToHex(first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer));
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** The library wraps what the browser threw. */
function passkeyError(thrown: unknown): PlugpactError {
  const cause = (thrown as { cause?: unknown } | undefined)?.cause ?? thrown;
  const name = (cause as { name?: string } | undefined)?.name;
  const isUnsupported = name === 'SecurityError' || name === 'NotSupportedError';
  return accountError(isUnsupported ? 'passkeyUnsupported' : 'passkeyRefused', { cause });
}
