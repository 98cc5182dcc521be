import { z } from 'zod';
import { address, hex32, hexBytes } from '../schemas.ts';

/** Shapes that several tags share. Money is decimal text of token units, energy Wh, time unix seconds. */

export const money = z
  .string()
  .regex(/^\d{1,78}$/, 'must be token units as digits')
  .meta({
    id: 'Amount',
    description: 'Token units as decimal text.',
  });

export const unixSec = z
  .int()
  .min(0)
  .max(2 ** 40 - 1)
  .meta({ id: 'UnixSeconds', description: 'Unix seconds.' });

export const count = z.int().min(0);

export const degrees = z
  .string()
  .regex(/^-?\d{1,3}(\.\d{1,15})?$/)
  .describe('Degrees, as decimal text.');

/** 256 bits of packed fields. */
export const word = hex32;

export const terms = z
  .strictObject({
    host: address,
    agentKey: address,
    tariff: word,
    bookingTerms: word,
    metering: word,
    meterKeyHash: word,
  })
  .meta({
    id: 'Terms',
    description: 'What a booking pins: parties and packed terms, as the contracts take them.',
  });
export type TermsJson = z.infer<typeof terms>;

/** Nothing to say: the request was taken in. */
export const accepted = z.strictObject({}).meta({ id: 'Accepted' });
export type Accepted = z.infer<typeof accepted>;

export const envelope = (maxBytes: number) => z.strictObject({ envelope: hexBytes(maxBytes) });

/** A passkey's signature has about 700 bytes; contract wallets of several owners need more. */
export const MAX_SIGNATURE_BYTES = 8_192;

/** A signature of an account, of any kind that the ledger takes: ECDSA, ERC-1271 or ERC-7913. */
export const accountSignature = hexBytes(MAX_SIGNATURE_BYTES);

/** What a person writes. Databases refuse a zero byte and half a surrogate pair; other control characters hide text. */
export const personText = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine(
      (text) => text.isWellFormed() && !/[\p{Cc}\p{Bidi_Control}]/u.test(text.replaceAll('\n', '')),
      'must be text without control characters',
    );
