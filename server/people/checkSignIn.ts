import { SiweMessage } from 'siwe';
import { PlugpactError } from '../../protocol/errors.ts';

/** How long a signed sign-in message may be valid at most. */
const MAX_VALIDITY_SEC = 3_600;

export interface SignInRules {
  /** The host in the browser's address bar. */
  domain: string;
  chainId: number;
  /** Unix seconds. */
  now: number;
}

/**
 * Parses a Sign-in with Ethereum message (EIP-4361) and checks its fields; domain, nonce, chain and expiry are
 * mandatory. The caller checks that this server issued the nonce, and who signed.
 *
 * @throws PlugpactError `signIn.malformed`, `.domain`, `.chain`, `.noExpiry`, `.expired`, `.notYet`.
 */
export function checkSignIn(text: string, { domain, chainId, now }: SignInRules): SiweMessage {
  const message = parse(text);
  const refuse = (reason: string, value: string, rule: string) =>
    new PlugpactError({
      code: `signIn.${reason}`,
      value,
      rule,
      remedy: 'Ask for a nonce and sign in again.',
    });
  if (message.domain !== domain) {
    throw refuse('domain', message.domain, `The message must be for the domain ${domain}.`);
  }
  if (message.chainId !== chainId) {
    throw refuse('chain', String(message.chainId), `The message must name chain ${chainId}.`);
  }
  if (message.expirationTime === undefined)
    throw refuse('noExpiry', 'none', 'The message must have an expiration time.');
  const expiresAt = seconds(message.expirationTime);
  if (!(expiresAt > now && expiresAt <= now + MAX_VALIDITY_SEC)) {
    throw refuse(
      'expired',
      message.expirationTime,
      'The message must expire in the future, within one hour.',
    );
  }
  if (message.notBefore !== undefined && !(seconds(message.notBefore) <= now)) {
    throw refuse('notYet', message.notBefore, 'The message must already be valid.');
  }
  return message;
}

const seconds = (iso: string): number => Date.parse(iso) / 1_000;

function parse(text: string): SiweMessage {
  try {
    return new SiweMessage(text);
  } catch (error) {
    throw new PlugpactError(
      {
        code: 'signIn.malformed',
        rule: 'The message must follow EIP-4361, Sign-In with Ethereum.',
        remedy: 'Make the message with a library for EIP-4361; the address needs its checksum.',
      },
      { cause: error },
    );
  }
}
