import { type Address, type Hex, isAddress } from 'viem';
import { z } from 'zod';

/**
 * Schemas of the smallest values, shared by all that check input. Each is text with a pattern, so that the API's document
 * can say it too, typed as viem types it.
 */
const hexText = (pattern: RegExp, error: string): z.ZodType<Hex, Hex> =>
  z.string(error).regex(pattern, error) as z.ZodType as z.ZodType<Hex, Hex>;

export const hex32 = hexText(/^0x[0-9a-f]{64}$/, 'must be 32 bytes as lower-case hex with 0x');

/** See `connectorHash`. */
export const connector = hexText(/^0x[0-9a-f]{12}$/, 'must be 6 bytes as lower-case hex with 0x');

export function hexBytes(maxBytes: number): z.ZodType<Hex, Hex> {
  const error = `must be lower-case hex with 0x, at most ${maxBytes} bytes`;
  const text = z
    .string(error)
    .max(2 + 2 * maxBytes, { error, abort: true })
    .regex(/^0x([0-9a-f]{2})*$/, error);
  return text as z.ZodType as z.ZodType<Hex, Hex>;
}

const ADDRESS_RULE = 'must be a 20-byte address as hex with 0x, in lower case or with its ERC-55 checksum';

/** A mixed-case address with a wrong checksum (ERC-55) is refused here, since later uses of it would throw. */
export const address = z
  .string(ADDRESS_RULE)
  .regex(/^0x[0-9a-fA-F]{40}$/, { error: ADDRESS_RULE, abort: true })
  .refine((text) => isAddress(text), ADDRESS_RULE) as z.ZodType as z.ZodType<Address, Address>;

/** The 65 bytes of an ECDSA signature. */
export const signature65 = hexText(
  /^0x[0-9a-f]{130}$/,
  'must be a 65-byte signature as lower-case hex with 0x',
);

const wholeUpTo = (bits: number) =>
  z
    .int()
    .min(0)
    .max(2 ** bits - 1);

export const unixSec = wholeUpTo(40);

/** Token units as decimal text, as money travels in JSON. */
export const amount = z
  .string()
  // Rules that follow it compute with the digits.
  .regex(/^\d{1,20}$/, { error: 'must be token units as digits', abort: true });

/** A reading as it travels in JSON: all its quantities fit a double exactly (48 bits at most). */
export const reading = z.strictObject({
  bookingId: hex32,
  seq: wholeUpTo(32),
  energyWh: wholeUpTo(48),
  beganAt: unixSec,
  endedAt: unixSec,
  overstaySec: wholeUpTo(32),
  isFinal: z.boolean(),
  evidenceHash: hex32,
  registersCommitment: hex32,
});
