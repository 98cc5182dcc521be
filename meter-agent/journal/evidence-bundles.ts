import { createHash, hash as digestOf, type Hash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex, type Hex, hexToBytes } from 'viem';
import type { Frame } from '../drivers/charge-point-events.ts';
import type { MadeCall } from '../drivers/driver.ts';
import type { ReadingFacts, SignedReading } from '../session/types.ts';
import type { Journal } from './journal.ts';

/** Format of a new bundle, in its first line. */
export const EVIDENCE_FORMAT = 'plugpact-evidence/2';
/** The format before it: without the start secret, and a line may stand twice. A bundle ends as it began. */
export const FIRST_EVIDENCE_FORMAT = 'plugpact-evidence/1';

/**
 * A line of a bundle. `at` is unix seconds of the agent's clock. Order of keys as written here, no spaces.
 *
 * - `frame`: an OCPP-J CALL as it came, parsed: `[2, messageId, action, payload]`
 * - `transactionId`: the agent's answer to the frame of this message id: the number of the transaction
 * - `asked`: a command of the agent, the charge point's answer, and the calls made for it, each with its result
 * - `record`: a signed meter value as it came (OCMF), its bytes unchanged
 * - `anomaly`: a register value that was not billed
 * - `reading`: a running reading, signed by the agent
 * - `sessionSignature`: the driver's co-signature of the reading with that `seq`
 * - `startSecret`: the last line, written with the final reading: it ties the records' ID to the booking
 */
export type EvidenceLine =
  | { format: typeof EVIDENCE_FORMAT | typeof FIRST_EVIDENCE_FORMAT; bookingId: Hex }
  | { at: number; frame: Frame }
  | { at: number; transactionId: number; messageId: string }
  | { at: number; asked: string; answer: string; calls: MadeCall[] }
  | { at: number; record: string }
  | { at: number; anomaly: string; registerWh: number }
  | { at: number; reading: ReadingFacts | SignedReading; agentSignature: Hex }
  | { at: number; seq: number; sessionSignature: Hex }
  | { at: number; startSecret: Hex };

export const lineOf = (at: number, frame: Frame | undefined): EvidenceLine[] =>
  frame === undefined ? [] : [{ at, frame }];

/** The signed meter values in a bundle's lines, as they came. */
export const recordsIn = (lines: readonly string[]): string[] =>
  lines
    .filter((line) => line.includes('"record":'))
    .flatMap((line) => {
      const { record } = JSON.parse(line) as { record?: unknown };
      return typeof record === 'string' ? [record] : [];
    });

/** A bundle that grows. */
interface Running {
  /** Of salt and lines up to now. */
  hash: Hash;
  /** Digests of what its lines say. */
  said: Set<string>;
  isFirstFormat: boolean;
}

/**
 * What a line says: what somebody signed is the same at any time, everything else within its second. `text` is the line
 * as JSON.
 */
function saidBy(line: EvidenceLine, text: string): string {
  const isSigned = 'record' in line || 'agentSignature' in line || 'sessionSignature' in line;
  const said = isSigned ? JSON.stringify({ ...line, at: 0 }) : text;
  return digestOf('sha256', said, 'base64url').slice(0, 22);
}

/**
 * The evidence bundle of each session: JSON Lines (one JSON object a line, UTF-8, each ended by one LF), in the order
 * of the journal. The evidence hash is `sha256(32-byte salt ‖ bundle)`: a running reading commits to the bundle up to
 * its moment, the final reading to the whole file. Nothing is added after it. The same line stands once. docs/evidence.md
 * explains how to check it.
 */
export class EvidenceBundles {
  readonly #journal: Journal;
  readonly #folder: string;
  readonly #running = new Map<Hex, Running>();

  constructor(journal: Journal, dataDir: string) {
    this.#journal = journal;
    this.#folder = join(dataDir, 'evidence');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Part of the caller's journal transaction. A line that stands already is left out. */
  add(bookingId: Hex, salt: Hex, line: EvidenceLine): void {
    const running = this.#runningOf(bookingId, salt);
    const text = JSON.stringify(line);
    if (!isNews(running, line, text)) return;
    this.#journal.addEvidence(bookingId, text);
    running.hash.update(`${text}\n`);
  }

  /**
   * Adds the last line, before the hash of the final reading is taken: until then nobody but driver and agent may know
   * the start secret, since the agent's final word counts with it alone.
   */
  conclude(bookingId: Hex, salt: Hex, line: { at: number; startSecret: Hex }): void {
    if (!this.#runningOf(bookingId, salt).isFirstFormat) this.add(bookingId, salt, line);
  }

  /** sha256(salt ‖ bundle up to now). */
  hash(bookingId: Hex, salt: Hex): Hex {
    return bytesToHex(this.#runningOf(bookingId, salt).hash.copy().digest());
  }

  /** After a journal transaction was undone: the hashed lines are read again. */
  forget(bookingId: Hex): void {
    this.#running.delete(bookingId);
  }

  /**
   * Writes the finished bundle as `<evidence hash>.jsonl` and its salt as `<evidence hash>.salt`, on disk when it
   * returns: before the reading that names it. If that reading is undone, the hash of the file was never signed.
   */
  write(bookingId: Hex, salt: Hex): string {
    const name = this.hash(bookingId, salt).slice(2);
    const file = join(this.#folder, `${name}.jsonl`);
    const lines = this.#journal.evidence(bookingId);
    const options = { mode: 0o600, flush: true };
    writeFileSync(join(this.#folder, `${name}.salt`), `${salt}\n`, options);
    writeFileSync(`${file}.new`, lines.map((line) => `${line}\n`).join(''), options);
    renameSync(`${file}.new`, file);
    return file;
  }

  #runningOf(bookingId: Hex, salt: Hex): Running {
    const known = this.#running.get(bookingId);
    if (known !== undefined) return known;
    const hash = createHash('sha256').update(hexToBytes(salt));
    const running: Running = { hash, said: new Set(), isFirstFormat: false };
    for (const text of this.#journal.evidence(bookingId)) {
      const line = JSON.parse(text) as EvidenceLine;
      running.isFirstFormat ||= 'format' in line && line.format === FIRST_EVIDENCE_FORMAT;
      running.said.add(saidBy(line, text));
      hash.update(`${text}\n`);
    }
    this.#running.set(bookingId, running);
    return running;
  }
}

/** Notes what a line says; false where a line says it already. */
function isNews({ said }: Running, line: EvidenceLine, text: string): boolean {
  const before = said.size;
  return said.add(saidBy(line, text)).size > before;
}
