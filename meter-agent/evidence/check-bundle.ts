import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Address, bytesToHex, type Hex, hexToBytes, isAddressEqual } from 'viem';
import { z } from 'zod';
import { idTagOf, startHashOf } from '../../protocol/idTag.ts';
import type { Reading } from '../../protocol/reading.ts';
import { hex32, reading, signature65 } from '../../protocol/schemas.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { EVIDENCE_FORMAT, FIRST_EVIDENCE_FORMAT } from '../journal/evidence-bundles.ts';

export interface EvidenceCase {
  /** The file's text, and the salt beside it. */
  bundle: string;
  salt: Hex;
  /** From a signed reading, for instance the one that the ledger settled. */
  evidenceHash: Hex;
  ref: MarketRef;
  bookingId: Hex;
  agentKey: Address;
  sessionKey: Address;
  /** keccak256 of the start secret, as the booking names it. */
  startHash: Hex;
}

/** Codes of the failed checks, each with its line number from 1; 0 is the whole file. */
export interface EvidenceFault {
  line: number;
  code:
    | 'hash'
    | 'format'
    | 'line'
    | 'repeated'
    | 'otherBooking'
    | 'startSecret'
    | 'agentSignature'
    | 'sessionSignature'
    | 'prefix'
    | 'order';
}

export interface EvidenceReport {
  faults: EvidenceFault[];
  /** Signed meter values, to be verified by those who trust a key. */
  records: string[];
  /**
   * The booking's tag, by its start secret: a record whose ID is this tag is of this booking. Null where the bundle has no
   * secret: it is of format 1, or its booking never began.
   */
  idTag: string | null;
  /** Its newest reading signed by both. */
  cosigned: Reading | null;
}

const at = z.int().min(0);
const line = z.union([
  z.strictObject({ format: z.enum([EVIDENCE_FORMAT, FIRST_EVIDENCE_FORMAT]), bookingId: hex32 }),
  z.strictObject({ at, frame: z.tuple([z.literal(2), z.string(), z.string(), z.unknown()]) }),
  z.strictObject({ at, transactionId: z.int(), messageId: z.string() }),
  z.strictObject({
    at,
    asked: z.string(),
    answer: z.string(),
    calls: z.array(
      z.strictObject({
        action: z.string(),
        params: z.looseObject({}),
        result: z.union([z.looseObject({}), z.string(), z.null()]),
      }),
    ),
  }),
  z.strictObject({ at, record: z.string() }),
  z.strictObject({ at, anomaly: z.string(), registerWh: z.int() }),
  z.strictObject({ at, reading, agentSignature: signature65 }),
  z.strictObject({ at, seq: z.int().min(0), sessionSignature: signature65 }),
  z.strictObject({ at, startSecret: hex32 }),
]);

/** Checks a bundle by itself, regardless of its sender: hash, format, and each signature in it. docs/evidence.md. */
export async function checkEvidence(given: EvidenceCase): Promise<EvidenceReport> {
  const checking = new Checking(given);
  const lines = given.bundle.split('\n');
  // The file ends with an LF: the empty text behind it is not a line.
  if (lines.pop() !== '') checking.fault(0, 'format');
  for (const [index, text] of lines.entries()) await checking.take(index + 1, text);
  return checking.report();
}

class Checking {
  readonly #case: EvidenceCase;
  readonly #faults: EvidenceFault[] = [];
  readonly #records: string[] = [];
  readonly #readings = new Map<number, Reading>();
  readonly #hash;
  /** Hashes of the bundle up to each line: a running reading contains one of them. */
  readonly #prefixes = new Set<Hex>();
  readonly #texts = new Set<string>();
  #isFirstFormat = false;
  #startSecret: Hex | null = null;
  #cosigned: Reading | null = null;

  constructor(given: EvidenceCase) {
    this.#case = given;
    this.#hash = createHash('sha256').update(hexToBytes(given.salt));
  }

  fault(number: number, code: EvidenceFault['code']): void {
    this.#faults.push({ line: number, code });
  }

  async take(number: number, text: string): Promise<void> {
    const parsed = lineOf(text);
    if (parsed === undefined) this.fault(number, 'line');
    else await this.#check(number, parsed);
    if (!this.#isFirstFormat && this.#texts.has(text)) this.fault(number, 'repeated');
    this.#texts.add(text);
    this.#hash.update(`${text}\n`);
    this.#prefixes.add(this.#soFar());
  }

  report(): EvidenceReport {
    if (this.#soFar() !== this.#case.evidenceHash) this.fault(0, 'hash');
    const { ref, bookingId } = this.#case;
    const secret = this.#startSecret;
    const idTag = secret && idTagOf(ref, bookingId, secret);
    return { faults: this.#faults, records: this.#records, idTag, cosigned: this.#cosigned };
  }

  #soFar(): Hex {
    return bytesToHex(this.#hash.copy().digest());
  }

  async #check(number: number, parsed: z.infer<typeof line>): Promise<void> {
    if (number === 1 || 'format' in parsed) return this.#checkFirst(number, parsed);
    // The secret is the last line.
    if (this.#startSecret !== null) this.fault(number, 'startSecret');
    if ('startSecret' in parsed) this.#checkSecret(number, parsed.startSecret);
    else if ('record' in parsed) this.#records.push(parsed.record);
    else if ('reading' in parsed) await this.#checkReading(number, parsed);
    else if ('sessionSignature' in parsed) await this.#checkCosignature(number, parsed);
  }

  #checkFirst(number: number, parsed: z.infer<typeof line>): void {
    if (number !== 1 || !('format' in parsed)) {
      this.fault(number, 'format');
      return;
    }
    this.#isFirstFormat = parsed.format === FIRST_EVIDENCE_FORMAT;
    if (parsed.bookingId !== this.#case.bookingId) this.fault(number, 'otherBooking');
  }

  #checkSecret(number: number, secret: Hex): void {
    if (this.#isFirstFormat) this.fault(number, 'line');
    else if (startHashOf(secret) !== this.#case.startHash) this.fault(number, 'startSecret');
    else this.#startSecret = secret;
  }

  async #checkReading(
    number: number,
    { reading: made, agentSignature }: { reading: Reading; agentSignature: Hex },
  ): Promise<void> {
    const last = [...this.#readings.values()].at(-1);
    if (made.bookingId !== this.#case.bookingId) this.fault(number, 'otherBooking');
    if (last !== undefined && !this.#isAgain(made) && (made.seq <= last.seq || made.energyWh < last.energyWh))
      this.fault(number, 'order');
    if (!this.#prefixes.has(made.evidenceHash)) this.fault(number, 'prefix');
    if (!(await this.#isSigned(made, agentSignature, this.#case.agentKey)))
      this.fault(number, 'agentSignature');
    this.#readings.set(made.seq, made);
  }

  /** Agents that wrote format 1 could sign a reading twice: that is no other reading. */
  #isAgain(made: Reading): boolean {
    return this.#isFirstFormat && isDeepStrictEqual(this.#readings.get(made.seq), made);
  }

  async #checkCosignature(
    number: number,
    { seq, sessionSignature }: { seq: number; sessionSignature: Hex },
  ): Promise<void> {
    const made = this.#readings.get(seq);
    if (made === undefined || !(await this.#isSigned(made, sessionSignature, this.#case.sessionKey))) {
      this.fault(number, 'sessionSignature');
    } else if (made.seq >= (this.#cosigned?.seq ?? 0)) this.#cosigned = made;
  }

  async #isSigned(made: Reading, signature: Hex, key: Address): Promise<boolean> {
    const signer = await signerOf(this.#case.ref, 'Reading', made, signature).catch(() => undefined);
    return signer !== undefined && isAddressEqual(signer, key);
  }
}

function lineOf(text: string): z.infer<typeof line> | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
