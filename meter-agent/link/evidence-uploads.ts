import type { Logger } from 'pino';
import { concatBytes, type Hex, hexToBytes } from 'viem';
import { requestOf } from '../../protocol/api/client.ts';
import { MAX_EVIDENCE_BYTES } from '../../protocol/api/evidence.ts';
import { Backoff } from '../../protocol/backoff.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { stateName } from '../../protocol/state.ts';
import type { AgentConfig } from '../config/config.ts';
import { bundleBytes, bundleFolder } from '../journal/bundle-files.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { AgentKey } from '../key/key.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { sendTo } from '../lib/send-to.ts';
import type { BookingFact } from '../session/booking-facts.ts';

export interface EvidenceUploadParts {
  config: AgentConfig;
  key: AgentKey;
  journal: Journal;
  ledger: LedgerFollower;
  sessions: SessionStore;
  nowSec: () => number;
  log: Logger;
}

interface Waiting {
  bookingId: Hex;
  evidenceHash: Hex;
  /** When the final reading was made, unix seconds. */
  since: number;
}

/** What became of the bundles, as the journal keeps it. */
interface Kept {
  waiting: Waiting[];
  /** The newest that were accepted or given up: they are not sent again. */
  done: Hex[];
  uploaded: number;
  lastUploadedAt: number | null;
  /** Why the API did not take the newest one that it refused; null once it took one. */
  problem: string | null;
}

const NOTE = 'evidence uploads';
const NONE: Kept = { waiting: [], done: [], uploaded: 0, lastUploadedAt: null, problem: null };
const DONE_KEPT = 500;
const TIMEOUT_MS = 30_000;
/** How long a signature is valid; the API takes at most 600 s. */
const VALID_SEC = 300;
const PAUSE_MS = { first: 60_000, longest: 256 * 60_000 };
const GIVE_UP_SEC = 30 * 86_400;
/** It will never be taken: its bytes, its size, or another reading's evidence on the ledger. */
const NEVER = new Set([400, 409, 413]);

/** What became of the uploads so far. */
export const evidenceUploadsOf = (journal: Journal): Kept => journal.note<Kept>(NOTE) ?? NONE;

/** Whether the ledger shows figures of the session: until then its bundle, with the start secret, stays here. */
function isPublic({ ended, state, lostAt }: BookingFact): boolean {
  if (lostAt !== null) return false;
  if (ended !== null) return ended === 'FULFILLED';
  return ['CLAIMED', 'CLAIMED_ALONE', 'CHALLENGED'].includes(stateName(state));
}

/** Ended without a reading: there is nothing that its bundle would prove. */
const isWithoutReading = ({ ended }: BookingFact): boolean => ended !== null && ended !== 'FULFILLED';

/** Hands the bundle of each finished session to the API, which shows it to the parties alone; again until it is taken. */
export class EvidenceUploads {
  readonly #parts: EvidenceUploadParts;
  readonly #pauses = new Map<Hex, { backoff: Backoff; until: number }>();
  #isBusy = false;
  #isClosed = false;

  constructor(parts: EvidenceUploadParts) {
    this.#parts = parts;
    if (parts.config.uploadEvidence) parts.sessions.readings.add((_session, reading) => this.#add(reading));
  }

  /** A final reading from just before a restart. */
  resume(): void {
    const { config, journal, sessions } = this.#parts;
    if (!config.uploadEvidence) return;
    for (const { plan, isFinalMade, nextSeq } of sessions.all()) {
      const last = isFinalMade ? journal.reading(plan.bookingId, nextSeq - 1) : undefined;
      if (last !== undefined) this.#add(last.reading);
    }
  }

  /** Once a second. */
  tick(at: number): void {
    if (this.#isBusy || !this.#parts.config.uploadEvidence) return;
    const next = this.#kept.waiting.find((one) => this.#isDue(one, at));
    if (next === undefined) return;
    this.#isBusy = true;
    this.#upload(next, at)
      .catch((error: Error) => this.#failed(next, at, error.message))
      .finally(() => {
        this.#isBusy = false;
      });
  }

  get #kept(): Kept {
    return evidenceUploadsOf(this.#parts.journal);
  }

  /** What is under way then is handed in again after the next start. */
  close(): void {
    this.#isClosed = true;
  }

  #keep(change: Partial<Kept>): void {
    if (this.#isClosed) return;
    this.#parts.journal.setNote(NOTE, { ...this.#kept, ...change });
  }

  #add({ bookingId, evidenceHash, isFinal }: Reading): void {
    const { waiting, done } = this.#kept;
    const isKnown = done.includes(bookingId) || waiting.some((one) => one.bookingId === bookingId);
    if (!isFinal || isKnown) return;
    this.#keep({ waiting: [...waiting, { bookingId, evidenceHash, since: this.#parts.nowSec() }] });
  }

  #isDue({ bookingId, since }: Waiting, at: number): boolean {
    const fact = this.#parts.journal.booking(bookingId);
    if ((fact !== undefined && isWithoutReading(fact)) || at - since > GIVE_UP_SEC) {
      this.#done(bookingId, {});
      return false;
    }
    return fact !== undefined && isPublic(fact) && at >= (this.#pauses.get(bookingId)?.until ?? 0);
  }

  async #upload(one: Waiting, at: number): Promise<void> {
    const { bookingId, evidenceHash } = one;
    const { config, journal, log } = this.#parts;
    const salt = journal.session(bookingId)?.salt;
    const bundle = bundleBytes(bundleFolder(config.dataDir), evidenceHash);
    const ref = this.#parts.ledger.facts?.ref;
    if (ref === undefined) return;
    if (salt === undefined || bundle === undefined) return this.#refused(one, 'its file is gone');
    const bytes = concatBytes([hexToBytes(salt), bundle]);
    if (bytes.length > MAX_EVIDENCE_BYTES) return this.#refused(one, 'it is longer than the API takes');
    const { method, path } = requestOf('putEvidence', { params: { bookingId, evidenceHash } } as never);
    const headers = { 'content-type': 'application/octet-stream', authorization: await this.#sign(one, at) };
    const url = new URL(path, config.apiUrl);
    const { status, text } = await sendTo(url, { method, headers, body: bytes }, TIMEOUT_MS);
    if (status === 201) {
      this.#done(bookingId, { uploaded: this.#kept.uploaded + 1, lastUploadedAt: at, problem: null });
      log.info({ bookingId, evidenceHash }, 'the evidence is at the API, for the parties');
    } else if (NEVER.has(status)) this.#refused(one, `${status} ${text.slice(0, 200)}`);
    else this.#failed(one, at, `${status}`);
  }

  async #sign({ bookingId, evidenceHash }: Waiting, at: number): Promise<string> {
    const { key, ledger } = this.#parts;
    const validUntil = at + VALID_SEC;
    const message = { bookingId, evidenceHash, validUntil: BigInt(validUntil) };
    const ref = ledger.facts!.ref;
    return `Plugpact-Evidence ${validUntil}.${await signMessageOf(key.account, ref, 'EvidenceUpload', message)}`;
  }

  #done(bookingId: Hex, change: Partial<Kept>): void {
    const { waiting, done } = this.#kept;
    this.#pauses.delete(bookingId);
    const left = waiting.filter((one) => one.bookingId !== bookingId);
    this.#keep({ ...change, waiting: left, done: [...done, bookingId].slice(-DONE_KEPT) });
  }

  #refused({ bookingId }: Waiting, problem: string): void {
    this.#parts.log.warn({ bookingId, problem }, 'the API does not take this evidence: it stays here');
    this.#done(bookingId, { problem });
  }

  #failed({ bookingId }: Waiting, at: number, problem: string): void {
    const backoff = this.#pauses.get(bookingId)?.backoff ?? new Backoff(PAUSE_MS.first, PAUSE_MS.longest);
    const pauseSec = backoff.failed().waitMs / 1_000;
    this.#pauses.set(bookingId, { backoff, until: at + pauseSec });
    this.#keep({ problem });
    this.#parts.log.info({ bookingId, problem, pauseSec }, 'the evidence is handed in again later');
  }
}
