import { concatHex, type Hex, keccak256, stringToHex } from 'viem';
import { z } from 'zod';
import { hex32 } from './schemas.ts';

/** The longest sealed handover: its fields in JSON, every character escaped, and what ECIES adds. */
export const SEALED_MAX_BYTES = 16_384;

/** The longest signature of a host's approval: contract accounts (ERC-1271, ERC-7913) have their own forms. */
export const APPROVAL_MAX_BYTES = 4_096;

export const INSTRUCTIONS_MAX = 1_000;
export const CONTACT_MAX = 200;

/**
 * What only a booked driver learns: the host seals it to the agent, the agent to the booking's session key
 * (`seal.ts`). In between it is ciphertext.
 */
export const handover = z.strictObject({
  listingId: hex32,
  /** 32 random bytes: without them somebody could find the location by trying all of a cell. */
  salt: hex32,
  /** Degrees, `50.775300,6.083900`. */
  place: z.string().regex(/^-?\d{1,2}\.\d{6},-?\d{1,3}\.\d{6}$/),
  instructions: z.string().max(INSTRUCTIONS_MAX),
  contact: z.string().max(CONTACT_MAX),
});
export type Handover = z.infer<typeof handover>;

/**
 * The ledger stores keccak256(salt ‖ JSON array of place, instructions, contact). It covers all fields, so that
 * nobody in between, who may know the session's public key, can insert another telephone number.
 */
export const placeCommitmentOf = ({ salt, place, instructions, contact }: Omit<Handover, 'listingId'>): Hex =>
  keccak256(concatHex([salt, stringToHex(JSON.stringify([place, instructions, contact]))]));

/** Undefined for a text that is no handover. */
export function parseHandover(text: string): Handover | undefined {
  try {
    return handover.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
