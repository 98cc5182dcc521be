import { getAddress } from 'viem';
import { z } from 'zod';
import { address } from '../protocol/schemas.ts';

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

export const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

export const streetsUrl = z
  .string()
  .refine(
    (text) => text === 'none' || url.safeParse(text).success,
    'must be an http or https URL, or "none"',
  );

export const walletConnectProject = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be the 32 hexadecimal digits that WalletConnect gives a project');

export const relayUrl = z.url({ protocol: /^wss?$/, error: 'must be a wss or ws URL' });

/** Where a browser may load from: no path, so that a policy can name them. */
export const origins = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .refine(
    (list) => list.every((one) => URL.canParse(one) && new URL(one).origin === one && /^https?:/.test(one)),
    'must be origins without a path, separated by commas: https://tiles.example',
  );

export const databaseUrl = z.url({
  protocol: /^postgres(?:ql)?$/,
  error: 'must be the URL of a PostgreSQL database: postgres://user:password@host:5432/name',
});

/** Endpoints of one ledger, separated by commas. */
export const rpcUrls = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .pipe(
    z.array(
      z.url({
        protocol: /^(https?|wss?)$/,
        error: 'must be http, https, ws or wss URLs, separated by commas',
      }),
    ),
  );

export const contract = address.transform((text) => getAddress(text));

export const hosts = z
  .string()
  .transform((text) => text.split(',').map((host) => host.trim().toLowerCase()))
  .refine(
    (list) => list.every((host) => /^[a-z0-9.[\]:-]+$/.test(host)),
    'must be host names with their port, separated by commas, as a browser shows them: map.example:8443',
  );

const RATES_RULE =
  'must be CODE=RATE, separated by commas, each code once: what one token is worth, as EUR=0.92,CHF=0.88';

/** What one token is worth in currencies, by ISO 4217 code. */
export const currencyRates = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => /^[A-Z]{3}=\d{1,9}(\.\d{1,9})?$/.test(part)), RATES_RULE)
  .transform((parts) => parts.map((part) => part.split('=') as [string, string]))
  .refine((pairs) => new Set(pairs.map(([code]) => code)).size === pairs.length, RATES_RULE)
  .refine((pairs) => pairs.every(([, rate]) => Number(rate) > 0), RATES_RULE)
  .transform((pairs): Record<string, string> => Object.fromEntries(pairs));

/** A feed of foreign charging locations: an address, or a file on this computer. */
export type ForeignFeed = {
  /** Names the feed to people. */
  name: string;
  /** Sent to the address as OCPI's credentials token; a secret. */
  token: string | undefined;
} & ({ url: string; file?: undefined } | { url?: undefined; file: string });

const FEEDS_RULE =
  'must be NAME=URL or NAME=FILE, separated by commas, each name once, of letters, digits and "-": evio=https://a.example/locations';

export const foreignFeeds = z
  .string()
  .transform((text) => text.split(',').map((part) => foreignFeed(part.trim())))
  .refine((feeds) => feeds.every((feed) => feed !== undefined), FEEDS_RULE)
  .transform((feeds) => feeds.filter((feed) => feed !== undefined))
  .refine((feeds) => new Set(feeds.map((feed) => feed.name)).size === feeds.length, FEEDS_RULE);

function foreignFeed(text: string): ForeignFeed | undefined {
  const [, name, at] = /^([A-Za-z0-9-]{1,40})=(.+)$/.exec(text) ?? [];
  if (name === undefined || at === undefined) return undefined;
  if (!/^[a-z]+:/i.test(at)) return { name, token: undefined, file: at };
  if (!/^https?:/i.test(at) || !URL.canParse(at)) return undefined;
  const address = new URL(at);
  const token = decoded(address.username);
  address.username = '';
  address.password = '';
  return token === undefined ? undefined : { name, token: token || undefined, url: address.href };
}

/** Undefined where a `%` begins no text. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What names this server to OCPI's parties: COUNTRY*PARTY. */
export const ocpiParty = z
  .string()
  .regex(/^[A-Z]{2}\*[A-Z0-9]{3}$/, 'must be a country and a party id of OCPI: NL*PLP')
  .transform((text) => {
    const [countryCode = '', partyId = ''] = text.split('*');
    return { countryCode, partyId };
  });

const TOKENS_RULE =
  'must be NAME=TOKEN, separated by commas, each name once, of letters, digits and "-"; a token has 16 to 64 printable characters';

/** Credentials tokens of OCPI by the names of those to whom they were given. */
export const ocpiTokens = z
  .string()
  .transform((text) =>
    text.split(',').map((part) => /^([A-Za-z0-9-]{1,40})=([\x21-\x7e]{16,64})$/.exec(part.trim())),
  )
  .refine((found) => found.every((one) => one !== null), TOKENS_RULE)
  .transform((found) => found.map((one) => ({ name: one![1]!, token: one![2]! })))
  .refine((tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length, TOKENS_RULE);
