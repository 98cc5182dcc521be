import { type Address, type Hex, isAddress } from 'viem';
import { z } from 'zod';

/** Schemas of the smallest values that come from outside: files, nodes, an API, the command line. */

const hexText = (pattern: RegExp, error: string): z.ZodType<Hex> =>
  z.string(error).regex(pattern, error) as z.ZodType as z.ZodType<Hex>;

/** 32 bytes. */
export const hex32 = hexText(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes as hex with 0x');

/** Any number of whole bytes. */
export const hexBytes = hexText(/^0x([0-9a-fA-F]{2})*$/, 'must be whole bytes as hex with 0x');

/** A number as JSON-RPC writes it. */
export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/, 'must be a number as hex with 0x')
  .transform((text) => BigInt(text));

const ADDRESS_RULE = 'must be a 20-byte address as hex with 0x, in lower case or with its ERC-55 checksum';

/** A mixed-case address with a wrong checksum is refused: it is mistyped. */
export const address = z
  .string(ADDRESS_RULE)
  .regex(/^0x[0-9a-fA-F]{40}$/, { error: ADDRESS_RULE, abort: true })
  .refine((text) => isAddress(text), ADDRESS_RULE) as z.ZodType as z.ZodType<Address>;

export const unixSec = z
  .int()
  .min(0)
  .max(2 ** 40 - 1);
