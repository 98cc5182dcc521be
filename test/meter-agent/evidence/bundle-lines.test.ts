import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { bytesToHex, type Hex, hexToBytes } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { checkEvidence } from '../../../meter-agent/evidence/check-bundle.ts';
import {
  EvidenceBundles,
  type EvidenceLine,
  FIRST_EVIDENCE_FORMAT,
} from '../../../meter-agent/journal/evidence-bundles.ts';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { SessionStore } from '../../../meter-agent/journal/session-store.ts';
import type { SessionEvent } from '../../../meter-agent/session/events.ts';
import { idTagOf, startHashOf } from '../../../protocol/idTag.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { PLAN, START } from '../support/session-harness.ts';

const REF = { chainId: 31_337, market: `0x${'11'.repeat(20)}` } as const;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-evidence-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const agentKey = privateKeyToAccount(generatePrivateKey());
const sessionKey = privateKeyToAccount(generatePrivateKey());
const SECRET = generatePrivateKey();
const { bookingId } = PLAN;
const ID_TAG = idTagOf(REF, bookingId, SECRET);
const RECORD = `OCMF|{"PG":"T1","ID":"${ID_TAG}","RD":[]}|{"SD":"00"}`;

/** An agent's journal with its evidence, and one session in it. */
class Evidence {
  readonly folder: string;
  readonly journal: Journal;
  readonly store: SessionStore;
  at = START;

  constructor(folder = newFolder()) {
    this.folder = folder;
    this.journal = new Journal(folder);
    this.store = new SessionStore(this.journal, new EvidenceBundles(this.journal, folder), { add() {} });
    ends.push(() => this.close());
    this.store.open({ ...PLAN, sessionKey: sessionKey.address });
  }

  do(
    event: SessionEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never,
    frame?: string,
  ) {
    const lines: EvidenceLine[] =
      frame === undefined ? [] : [{ at: this.at, frame: [2, frame, 'Frame', { of: event.type }] }];
    this.store.apply(bookingId, { ...event, at: this.at } as SessionEvent, lines);
  }

  #isClosed = false;
  close(): void {
    if (!this.#isClosed) this.journal.close();
    this.#isClosed = true;
  }

  /** As reports do, once for each look at what waits. */
  async sign(): Promise<void> {
    for (const { reading } of this.journal.unsignedReadings()) {
      const agentSignature = await signMessageOf(agentKey, REF, 'Reading', reading);
      this.journal.signReading(bookingId, reading.seq, agentSignature);
      this.store.record(bookingId, { at: this.at, reading, agentSignature });
    }
  }

  /** The newest reading again, as if it had been signed twice. */
  async signAgain(): Promise<void> {
    const newest = this.journal.reading(bookingId, (this.store.get(bookingId)?.nextSeq ?? 0) - 1);
    if (newest?.agentSignature == null) return;
    const { reading, agentSignature } = newest;
    this.store.record(bookingId, { at: this.at, reading, agentSignature });
  }

  async cosign(): Promise<void> {
    const { lastReading } = this.store.get(bookingId)!;
    const { reading } = this.journal.reading(bookingId, lastReading!.seq)!;
    const sessionSignature = await signMessageOf(sessionKey, REF, 'Reading', reading);
    const { seq, energyWh, endedAt, overstaySec, cost } = lastReading!;
    this.store.apply(
      bookingId,
      { type: 'cosigned', seq, energyWh, endedAt, overstaySec, cost, at: this.at },
      [{ at: this.at, seq, sessionSignature }],
    );
  }

  get final() {
    const { nextSeq } = this.store.get(bookingId)!;
    return this.journal.reading(bookingId, nextSeq - 1)!.reading;
  }

  check(evidenceHash: Hex) {
    const file = join(this.folder, 'evidence', evidenceHash.slice(2));
    return checkEvidence({
      bundle: readFileSync(`${file}.jsonl`, 'utf8'),
      salt: readFileSync(`${file}.salt`, 'utf8').trim() as Hex,
      ...{ evidenceHash, ref: REF, bookingId, startHash: startHashOf(SECRET) },
      ...{ agentKey: agentKey.address, sessionKey: sessionKey.address },
    });
  }
}

const values = (registerWh: number) =>
  ({ type: 'metered', transactionId: 1, registerWh, powerW: 10_000, chargePointAt: null }) as const;

/** A charge of two co-signed readings, whose steps may come more than once. */
const STEPS: ((evidence: Evidence) => unknown)[] = [
  (e) => e.store.receiveStartSecret(bookingId, SECRET, ID_TAG, e.at),
  (e) => e.do({ type: 'connection', connected: true }),
  (e) => e.do({ type: 'connectorStatus', status: 'Preparing' }, '1'),
  (e) =>
    e.do({ type: 'transactionStarted', transactionId: 1, meterStartWh: 1_000, chargePointAt: null }, '2'),
  (e) => e.sign(),
  (e) => e.signAgain(),
  (e) => e.cosign(),
  (e) => e.do(values(1_060), '3'),
  (e) => e.store.record(bookingId, { at: e.at, record: RECORD }),
  (e) => e.sign(),
  (e) => e.signAgain(),
  (e) => e.cosign(),
  (e) =>
    e.do(
      {
        type: 'transactionStopped',
        transactionId: 1,
        meterStopWh: 1_080,
        reason: 'EVDisconnected',
        chargePointAt: null,
      },
      '4',
    ),
];

/** What each step comes as often as, and how many seconds pass between each time. */
async function played(
  repeats: readonly number[],
  spacing: readonly number[],
  evidence = new Evidence(),
): Promise<Evidence> {
  for (const [index, step] of STEPS.entries()) {
    evidence.at += 15;
    for (let time = 0; time < (repeats[index] ?? 1); time++) {
      await step(evidence);
      evidence.at += spacing[index] ?? 0;
    }
  }
  evidence.at += 700;
  evidence.do({ type: 'tick' });
  return evidence;
}

test('whatever an honest session says twice, its bundle checks, and its record names the tag of the start secret', async () => {
  const counts = fc.array(fc.integer({ min: 1, max: 3 }), {
    minLength: STEPS.length,
    maxLength: STEPS.length,
  });
  const spaces = fc.array(fc.nat(2), { minLength: STEPS.length, maxLength: STEPS.length });
  const property = fc.asyncProperty(counts, spaces, async (repeats, spacing) => {
    const evidence = await played(repeats, spacing);
    expect(evidence.final).toMatchObject({ isFinal: true, energyWh: 80 });
    const { faults, records, idTag } = await evidence.check(evidence.final.evidenceHash);
    expect(faults).toEqual([]);
    expect(records).toEqual([RECORD]);
    expect(idTag).toBe(ID_TAG);
  });
  await fc.assert(property, { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 300 : 5 });
});

test('the start secret is in no file and no line before the final reading, and the last line of its bundle', async () => {
  const evidence = new Evidence();
  for (const step of STEPS.slice(0, -1)) {
    await step(evidence);
    evidence.at += 15;
    expect(evidence.journal.evidence(bookingId).join()).not.toContain(SECRET.slice(2));
    expect(readdirSync(join(evidence.folder, 'evidence'))).toEqual([]);
  }
  // Its end on the ledger makes no final reading: a reorganisation may take that end away.
  evidence.do({ type: 'ledgerEnded' });
  for (const name of readdirSync(join(evidence.folder, 'evidence'))) {
    expect(readFileSync(join(evidence.folder, 'evidence', name), 'utf8')).not.toContain(SECRET.slice(2));
  }
  evidence.do({ type: 'ledgerLost' });
  await STEPS.at(-1)?.(evidence);
  evidence.at += 700;
  evidence.do({ type: 'tick' });
  const { evidenceHash } = evidence.final;
  const file = join(evidence.folder, 'evidence', `${evidenceHash.slice(2)}.jsonl`);
  expect(existsSync(file)).toBe(true);
  expect(JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '')).toEqual({
    at: expect.any(Number),
    startSecret: SECRET,
  });
  expect((await evidence.check(evidenceHash)).faults).toEqual([]);
});

test('a session that an older agent began ends in its own format, without the secret', async () => {
  const older = new Evidence();
  older.close();
  const db = new DatabaseSync(join(older.folder, 'journal.sqlite'));
  db.exec(`UPDATE evidence SET line = replace(line, 'plugpact-evidence/2', '${FIRST_EVIDENCE_FORMAT}')`);
  db.close();
  const evidence = await played([], [], new Evidence(older.folder));
  const { faults, idTag, cosigned } = await evidence.check(evidence.final.evidenceHash);
  expect([faults, idTag, cosigned?.energyWh]).toEqual([[], null, 60]);
  expect(evidence.journal.evidence(bookingId).join()).not.toContain(SECRET.slice(2));
});

test('a bundle of the first format checks, though an honest agent signed a reading twice; no other reading may repeat', async () => {
  const salt = `0x${'5a'.repeat(32)}` as const;
  const hashOf = (lines: readonly string[]) =>
    bytesToHex(
      createHash('sha256')
        .update(hexToBytes(salt))
        .update(lines.map((l) => `${l}\n`).join(''))
        .digest(),
    );
  const reading = async (lines: readonly string[], seq: number, energyWh: number) => {
    const facts = { bookingId, seq, energyWh, beganAt: START, endedAt: START + seq, overstaySec: 0 };
    const zero = `0x${'00'.repeat(32)}` as const;
    const made = { ...facts, isFinal: false, evidenceHash: hashOf(lines), registersCommitment: zero };
    return { reading: made, agentSignature: await signMessageOf(agentKey, REF, 'Reading', made) };
  };
  const check = async (format: string, more: (lines: string[]) => Promise<string[]>) => {
    const lines = [JSON.stringify({ format, bookingId })];
    const bundle = await more(lines);
    const { faults } = await checkEvidence({
      ...{
        bundle: bundle.map((l) => `${l}\n`).join(''),
        salt,
        evidenceHash: hashOf(bundle),
        ref: REF,
        bookingId,
      },
      ...{ agentKey: agentKey.address, sessionKey: sessionKey.address, startHash: startHashOf(SECRET) },
    });
    return faults.map(({ code }) => code);
  };
  const twice = async (lines: string[]) => {
    const signed = await reading(lines, 0, 0);
    return [...lines, ...[START, START + 1].map((at) => JSON.stringify({ at, ...signed }))];
  };
  expect(await check(FIRST_EVIDENCE_FORMAT, twice)).toEqual([]);
  expect(await check('plugpact-evidence/2', twice)).toEqual(['order']);
  const contradicting = async (lines: string[]) => [
    ...lines,
    JSON.stringify({ at: START, ...(await reading(lines, 0, 0)) }),
    JSON.stringify({ at: START, ...(await reading(lines, 0, 50)) }),
  ];
  expect(await check(FIRST_EVIDENCE_FORMAT, contradicting)).toEqual(['order']);
});
