import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Hex, isAddressEqual } from 'viem';
import { MAX_EVIDENCE_BYTES, SALT_BYTES } from '../../protocol/api/evidence.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { BookingWithTerms } from '../booking/store.ts';
import { HttpProblem } from '../http/problem.ts';

const HEADER = /^Plugpact-Evidence (\d{1,12})\.(0x[0-9a-f]{130})$/;
/** How long a signature that hands in a bundle is valid at most. */
const MAX_UPLOAD_SEC = 600;

/** Stops at this size, lest a few bytes become many. */
export const MAX_UNPACKED_BYTES = MAX_EVIDENCE_BYTES;

/**
 * Checks that the booking's agent hands in a bundle with this hash, before its bytes are read.
 *
 * @throws HttpProblem 401 `signature.missing`, `signature.expired`; 403 `signature.notAgent`.
 */
export async function requireAgent(
  ref: MarketRef,
  { bookingId, agentKey }: BookingWithTerms,
  evidenceHash: Hex,
  header: string | undefined,
  now: number,
): Promise<void> {
  const match = HEADER.exec(header ?? '');
  if (match === null) throw missing();
  const validUntil = Number(match[1]);
  if (validUntil <= now || validUntil > now + MAX_UPLOAD_SEC) throw expired(validUntil, now);
  const message = { bookingId, evidenceHash, validUntil: BigInt(validUntil) };
  const signer = await signerOf(ref, 'EvidenceUpload', message, match[2] as Hex).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, agentKey)) throw notAgent();
}

/**
 * Where the ledger has the hash of a booking's evidence, no other bundle is its evidence.
 *
 * @throws HttpProblem 409 `evidence.notOfReading`.
 */
export function requireHashOfReading({ readingEvidenceHash }: BookingWithTerms, evidenceHash: Hex): void {
  if (readingEvidenceHash === null || readingEvidenceHash === evidenceHash) return;
  throw new HttpProblem(409, {
    code: 'evidence.notOfReading',
    value: evidenceHash,
    rule: `The reading on the ledger names the evidence ${readingEvidenceHash}.`,
    remedy: 'Hand in the bundle with that hash.',
  });
}

/**
 * The bytes as they are stored, once they are what was signed.
 *
 * @throws HttpProblem 400 `evidence.hash`, `evidence.malformed`.
 */
export async function packEvidence(
  bytes: Uint8Array,
  bookingId: Hex,
  evidenceHash: Hex,
): Promise<Uint8Array> {
  const hash: Hex = `0x${createHash('sha256').update(bytes).digest('hex')}`;
  if (hash !== evidenceHash) throw otherHash(hash);
  if (!isBundleOf(bytes.subarray(SALT_BYTES), bookingId)) throw malformed();
  return promisify(gzip)(bytes);
}

/** By its first line; who reads the bundle checks the others (docs/evidence.md). */
function isBundleOf(bundle: Uint8Array, bookingId: Hex): boolean {
  const end = bundle.indexOf(0x0a);
  if (end < 0 || end > 512) return false;
  try {
    const first = JSON.parse(Buffer.from(bundle.subarray(0, end)).toString()) as Record<string, unknown>;
    return /^plugpact-evidence\/\d+$/.test(String(first.format)) && first.bookingId === bookingId;
  } catch {
    return false;
  }
}

const missing = (): HttpProblem =>
  new HttpProblem(401, {
    code: 'signature.missing',
    rule: 'The request must have the header "Authorization: Plugpact-Evidence <validUntil>.<signature>".',
    remedy: 'Sign the EIP-712 message EvidenceUpload with the agent key.',
  });

const expired = (validUntil: number, now: number): HttpProblem =>
  new HttpProblem(401, {
    code: 'signature.expired',
    value: `${validUntil} at ${now}`,
    rule: `validUntil must be in the future, at most ${MAX_UPLOAD_SEC} s ahead.`,
    remedy: 'Sign again, and check the clock.',
  });

const notAgent = (): HttpProblem =>
  new HttpProblem(403, {
    code: 'signature.notAgent',
    rule: 'The message EvidenceUpload must be signed by the agent key of the booking.',
    remedy: 'Sign with the agent key, for this market and chain.',
  });

const otherHash = (hash: Hex): HttpProblem =>
  new HttpProblem(400, {
    code: 'evidence.hash',
    value: hash,
    rule: 'SHA-256 of the bytes must be the evidence hash of the path.',
    remedy: 'Send the 32 bytes of the salt, then the bundle as the agent wrote it, unpacked.',
  });

const malformed = (): HttpProblem =>
  new HttpProblem(400, {
    code: 'evidence.malformed',
    rule: 'The first line of the bundle must name its format and this booking.',
    remedy: 'Send the bundle as the agent wrote it; docs/evidence.md has its format.',
  });
