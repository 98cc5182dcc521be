import { SiweMessage } from 'siwe';
import { PlugpactError } from '../../protocol/errors.ts';

/** How long a signed sign-in message may be valid at most, and how old it may be. */
const MAX_VALIDITY_SEC = 3_600;
/** How far the clock of a device may be ahead. */
const MAX_AHEAD_SEC = 60;

export interface SignInRules {
  /** The host in the browser's address bar. */
  domain: string;
  chainId: number;
  /** Unix seconds. */
  now: number;
}

/**
 * Parses a Sign-in with Ethereum message (EIP-4361) and checks every field that means something to a program; all but
 * statement and `notBefore` are mandatory, and those that this server does not act on must be missing. The caller checks
 * that this server issued the nonce, and who signed.
 *
 * @throws PlugpactError `signIn.malformed`, `.domain`, `.uri`, `.chain`, `.issuedAt`, `.noExpiry`, `.expired`, `.notYet`,
 * `.unread`.
 */
export function checkSignIn(text: string, rules: SignInRules): SiweMessage {
  const message = parse(text);
  checkAudience(message, rules);
  checkTimes(message, rules.now);
  if (message.requestId !== undefined || message.resources !== undefined) {
    throw refusal('unread', 'requestId or resources', 'The message must ask for nothing beyond the sign-in.');
  }
  return message;
}

function checkAudience(message: SiweMessage, { domain, chainId }: SignInRules): void {
  if (message.domain !== domain) {
    throw refusal('domain', message.domain, `The message must be for the domain ${domain}.`);
  }
  if (!isOfDomain(message, domain)) {
    throw refusal('uri', message.uri, `The message's URI must be an http or https address of ${domain}.`);
  }
  if (message.chainId !== chainId) {
    throw refusal('chain', String(message.chainId), `The message must name chain ${chainId}.`);
  }
}

/** The URI says what is signed in to, and the scheme, where there is one, how it is reached. */
function isOfDomain({ uri, scheme }: SiweMessage, domain: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, host, username, password } = new URL(uri);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  const isScheme = scheme === undefined || `${scheme}:` === protocol;
  return isWeb && isScheme && host === domain && username === '' && password === '';
}

function checkTimes({ issuedAt, expirationTime, notBefore }: SiweMessage, now: number): void {
  const issued = issuedAt === undefined ? Number.NaN : seconds(issuedAt);
  if (!(issued <= now + MAX_AHEAD_SEC && issued > now - MAX_VALIDITY_SEC)) {
    throw refusal('issuedAt', issuedAt ?? 'none', 'The message must be issued within the last hour.');
  }
  if (expirationTime === undefined)
    throw refusal('noExpiry', 'none', 'The message must have an expiration time.');
  const expiresAt = seconds(expirationTime);
  if (!(expiresAt > now && expiresAt <= now + MAX_VALIDITY_SEC)) {
    throw refusal('expired', expirationTime, 'The message must expire in the future, within one hour.');
  }
  if (notBefore !== undefined && !(seconds(notBefore) <= now)) {
    throw refusal('notYet', notBefore, 'The message must already be valid.');
  }
}

const refusal = (reason: string, value: string, rule: string): PlugpactError =>
  new PlugpactError({
    code: `signIn.${reason}`,
    value,
    rule,
    remedy: 'Ask for a nonce and sign in again. If this persists, check the clock of the device.',
  });

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
