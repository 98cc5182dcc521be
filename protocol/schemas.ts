import { type Address, type Hex, isAddress } from 'viem';
import { z } from 'zod';

/** Schemas of the smallest values, shared by all that check input. */
export const hex32 = z.custom<Hex>((v) => typeof v === 'string' && /^0x[0-9a-f]{64}$/.test(v), {
  error: 'must be 32 bytes as lower-case hex with 0x',
});

/** See `connectorHash`. */
export const connector = z.custom<Hex>((v) => typeof v === 'string' && /^0x[0-9a-f]{12}$/.test(v), {
  error: 'must be 6 bytes as lower-case hex with 0x',
});

export const hexBytes = (maxBytes: number) =>
  z.custom<Hex>(
    (v) => typeof v === 'string' && v.length <= 2 + 2 * maxBytes && /^0x([0-9a-f]{2})*$/.test(v),
    { error: `must be lower-case hex with 0x, at most ${maxBytes} bytes` },
  );

/** A mixed-case address with a wrong checksum (ERC-55) is refused here, since later uses of it would throw. */
export const address = z.custom<Address>((v) => typeof v === 'string' && isAddress(v), {
  error: 'must be a 20-byte address as hex with 0x, in lower case or with its ERC-55 checksum',
});

/** The 65 bytes of an ECDSA signature. */
export const signature65 = z.custom<Hex>((v) => typeof v === 'string' && /^0x[0-9a-f]{130}$/.test(v), {
  error: 'must be a 65-byte signature as lower-case hex with 0x',
});

const wholeUpTo = (bits: number) =>
  z
    .int()
    .min(0)
    .max(2 ** bits - 1);

export const unixSec = wholeUpTo(40);

/** Token units as decimal text, as money travels in JSON. */
export const amount = z.string().regex(/^\d{1,20}$/, 'must be token units as digits');

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
