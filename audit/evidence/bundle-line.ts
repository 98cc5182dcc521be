import { z } from 'zod';
import { hex32, unixSec } from '../lib/schemas.ts';

export const FORMAT_1 = 'plugpact-evidence/1';
export const FORMAT_2 = 'plugpact-evidence/2';

const at = z.int().min(0);
const seq = z.int().min(0).max(0xffff_ffff);
const signature = z.string().regex(/^0x[0-9a-fA-F]{130}$/);

const reading = z.strictObject({
  bookingId: hex32,
  seq,
  energyWh: z.int().min(0).max(0xffff_ffff_ffff),
  beganAt: unixSec,
  endedAt: unixSec,
  overstaySec: z.int().min(0).max(0xffff_ffff),
  isFinal: z.boolean(),
  evidenceHash: hex32,
  registersCommitment: hex32,
});

const call = z.strictObject({
  action: z.string(),
  params: z.looseObject({}),
  result: z.union([z.looseObject({}), z.string(), z.null()]),
});

/** The lines of a bundle, docs/evidence.md. */
const bundleLine = z.union([
  z.strictObject({ format: z.enum([FORMAT_1, FORMAT_2]), bookingId: hex32 }),
  z.strictObject({ at, frame: z.tuple([z.literal(2), z.string(), z.string(), z.unknown()]) }),
  z.strictObject({ at, transactionId: z.int(), messageId: z.string() }),
  z.strictObject({ at, asked: z.string(), answer: z.string(), calls: z.array(call) }),
  z.strictObject({ at, record: z.string() }),
  z.strictObject({ at, anomaly: z.string(), registerWh: z.int() }),
  z.strictObject({ at, reading, agentSignature: signature }),
  z.strictObject({ at, seq, sessionSignature: signature }),
  z.strictObject({ at, startSecret: hex32 }),
]);

export type BundleLine = z.infer<typeof bundleLine>;
export type SignedLine = Extract<BundleLine, { reading: unknown }>;
export type CosignedLine = Extract<BundleLine, { sessionSignature: unknown }>;
export type Frame = Extract<BundleLine, { frame: unknown }>['frame'];

/** Undefined for a text that is no line of a bundle. */
export function bundleLineOf(text: string): BundleLine | undefined {
  try {
    return bundleLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
