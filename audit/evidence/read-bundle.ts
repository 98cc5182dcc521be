import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Hex, hexToBytes, keccak256 } from 'viem';
import { isSameAddress, signerOfBytes } from '../lib/signatures.ts';
import type { Reading } from '../rules/reading.ts';
import { digestOf, type FieldValue, type MarketRef } from '../rules/signed-types.ts';
import {
  type BundleLine,
  bundleLineOf,
  type CosignedLine,
  FORMAT_1,
  type SignedLine,
} from './bundle-line.ts';
import { FrameRegisters, signedValuesIn } from './frame-registers.ts';
import type { SessionFacts } from './session-facts.ts';

export type BundleRule =
  | 'format'
  | 'line'
  | 'booking'
  | 'startSecret'
  | 'agentSignature'
  | 'sessionSignature'
  | 'prefix'
  | 'order'
  | 'frames';

/** A rule of the bundle that a line breaks; lines count from 1. */
export interface BundleFault {
  rule: BundleRule;
  line: number;
  expected: string;
  found: string;
}

/** What a bundle holds, and what is wrong with it. */
export interface BundleReport {
  faults: BundleFault[];
  /** Hashes of salt and bundle up to each line; the last one is of all of it. */
  hashes: Hex[];
  /** It has no start secret by its format, so that no record can be tied to the booking. */
  isFirstFormat: boolean;
  startSecret: Hex | undefined;
  records: string[];
  /** Signed values of the frames, as the charge point sent them. */
  signedValues: string[];
  /** Readings by their number. */
  readings: Map<number, Reading>;
  cosigned: Reading | undefined;
  registers: FrameRegisters;
}

/** Reads a bundle line by line and holds it against its own rules, the booking's keys and its start hash. */
export function readBundle(
  bundle: Uint8Array,
  salt: Hex,
  facts: SessionFacts,
  market: MarketRef,
): BundleReport {
  const reading = new BundleReading(salt, facts, market);
  const lines = Buffer.from(bundle).toString('utf8').split('\n');
  // The last line ends too, so that nothing stands behind its end.
  const rest = lines.pop();
  for (const text of lines) reading.take(text);
  if (rest !== '' || lines.length === 0)
    reading.fault('format', 'an end to each line', `${rest}`.slice(0, 80));
  return reading.report;
}

class BundleReading {
  readonly report: BundleReport = {
    faults: [],
    hashes: [],
    isFirstFormat: false,
    startSecret: undefined,
    records: [],
    signedValues: [],
    readings: new Map(),
    cosigned: undefined,
    registers: new FrameRegisters(),
  };
  readonly #facts: SessionFacts;
  readonly #market: MarketRef;
  readonly #hash;
  readonly #texts = new Set<string>();
  #number = 0;
  #last: Reading | undefined;

  constructor(salt: Hex, facts: SessionFacts, market: MarketRef) {
    this.#facts = facts;
    this.#market = market;
    this.#hash = createHash('sha256').update(hexToBytes(salt));
  }

  fault(rule: BundleRule, expected: string, found: string): void {
    this.report.faults.push({ rule, line: this.#number, expected, found });
  }

  take(text: string): void {
    this.#number++;
    const isAgain = this.#texts.has(text);
    this.#texts.add(text);
    const line = bundleLineOf(text);
    if (line === undefined) this.fault('line', 'a line of docs/evidence.md', text.slice(0, 80));
    // The same line again says nothing new: agents up to 0.2.0 wrote some twice.
    else if (!isAgain) this.#check(line);
    this.#hash.update(`${text}\n`);
    this.report.hashes.push(`0x${this.#hash.copy().digest('hex')}`);
  }

  #check(line: BundleLine): void {
    const { report } = this;
    if (this.#number === 1 || 'format' in line) {
      this.#checkFirst(line);
      return;
    }
    if (report.startSecret !== undefined)
      this.fault('startSecret', 'the start secret as the last line', Object.keys(line).join());
    if ('startSecret' in line) this.#checkSecret(line.startSecret);
    else if ('record' in line) report.records.push(line.record);
    else if ('reading' in line) this.#checkReading(line);
    else if ('sessionSignature' in line) this.#checkCosignature(line);
    else if ('frame' in line) {
      report.registers.take(line.frame);
      report.signedValues.push(...signedValuesIn(line.frame));
    }
  }

  #checkFirst(line: BundleLine): void {
    if (this.#number !== 1 || !('format' in line)) {
      this.fault('format', 'the format in the first line, and only there', Object.keys(line).join());
      return;
    }
    this.report.isFirstFormat = line.format === FORMAT_1;
    const { bookingId } = this.#facts;
    if (line.bookingId !== bookingId) this.fault('booking', bookingId, line.bookingId);
  }

  #checkSecret(secret: Hex): void {
    const { startHash } = this.#facts;
    if (this.report.isFirstFormat) this.fault('line', `no start secret in ${FORMAT_1}`, 'one');
    else if (keccak256(secret) !== startHash) this.fault('startSecret', startHash, keccak256(secret));
    else this.report.startSecret = secret;
  }

  #checkReading({ reading: made, agentSignature }: SignedLine): void {
    const { readings, hashes, registers } = this.report;
    const { bookingId, agentKey } = this.#facts;
    const known = readings.get(made.seq);
    // Signed twice, at two times: no other reading.
    if (known !== undefined && isDeepStrictEqual(known, made)) return;
    if (made.bookingId !== bookingId) this.fault('booking', bookingId, made.bookingId);
    const last = this.#last;
    if (last !== undefined && (made.seq <= last.seq || made.energyWh < last.energyWh))
      this.fault('order', `a number above ${last.seq} and ${last.energyWh} Wh or more`, inWords(made));
    if (!hashes.includes(made.evidenceHash))
      this.fault('prefix', 'the hash of the lines before', made.evidenceHash);
    this.#checkSigner('agentSignature', made, agentSignature, agentKey);
    if (registers.isClearBetween && made.energyWh > registers.mostWh)
      this.fault('frames', `at most ${registers.mostWh} Wh by the frames before`, inWords(made));
    readings.set(made.seq, made);
    this.#last = made;
  }

  #checkCosignature({ seq, sessionSignature }: CosignedLine): void {
    const made = this.report.readings.get(seq);
    if (made === undefined) {
      this.fault('sessionSignature', 'a reading with the same number before', `number ${seq}`);
      return;
    }
    const isSigned = this.#checkSigner('sessionSignature', made, sessionSignature, this.#facts.sessionKey);
    if (isSigned && made.seq >= (this.report.cosigned?.seq ?? 0)) this.report.cosigned = made;
  }

  #checkSigner(
    rule: 'agentSignature' | 'sessionSignature',
    made: Reading,
    signature: string,
    key: Hex,
  ): boolean {
    const digest = digestOf(this.#market, 'Reading', made as unknown as Record<string, FieldValue>);
    const signer = signerOfBytes(digest, signature as Hex);
    const isSigned = signer !== undefined && isSameAddress(signer, key);
    if (!isSigned) this.fault(rule, key, signer ?? 'no valid signature');
    return isSigned;
  }
}

const inWords = ({ seq, energyWh }: Reading): string => `number ${seq}, ${energyWh} Wh`;
