import { createHash } from 'node:crypto';
import { bytesToHex, type Hex, keccak256, zeroHash } from 'viem';
import {
  type Discrepancy,
  type Finding,
  joined,
  type Subject,
  type Unverifiable,
  type Verdict,
} from '../lib/discrepancy.ts';
import { numberHex } from '../lib/hex.ts';
import type { Reading } from '../rules/reading.ts';
import type { MarketRef } from '../rules/signed-types.ts';
import type { GivenBundle } from './bundle-files.ts';
import { bundleLineOf } from './bundle-line.ts';
import { MeterHistory } from './meter-history.ts';
import { type BundleReport, readBundle } from './read-bundle.ts';
import type { SessionFacts } from './session-facts.ts';
import { checkRecords } from './session-records.ts';

/** A bundle whose hash the ledger has, for those who make something else of it. */
export interface CheckedBundle {
  facts: SessionFacts;
  report: BundleReport;
}

interface Checked {
  isOfLedger: boolean;
  verdict: Verdict;
}

/**
 * Holds bundles against the ledger's bookings: hash and salt, the bundle's own rules, its records, its frames, and each meter's
 * registers over all bookings.
 *
 * @param onBundle Called for each bundle whose hash the ledger has.
 */
export async function checkEvidenceOf(
  bundles: AsyncIterable<GivenBundle>,
  sessions: ReadonlyMap<Hex, SessionFacts>,
  market: MarketRef,
  onBundle: (checked: CheckedBundle) => void = () => {},
): Promise<Verdict> {
  const history = new MeterHistory();
  const checked = new Map<Hex, Checked>();
  const strangers: Finding[] = [];
  const byHash = new Map(
    [...sessions.values()].flatMap((facts) => hashesOf(facts).map((hash) => [hash, facts])),
  );
  for await (const given of bundles) {
    const facts = sessions.get(bookingOf(given)) ?? byHash.get(`0x${given.name}`);
    if (facts === undefined) strangers.push(stranger(given));
    // A bundle whose reading was undone lies beside the one that was signed: the ledger's counts.
    else if (checked.get(facts.bookingId)?.isOfLedger !== true)
      checked.set(facts.bookingId, checkBundle(given, facts, { market, history, onBundle }));
  }
  const verdicts = [...checked.values()].map(({ verdict }) => verdict);
  const missing = [...sessions.values()].filter(
    (facts) => hashesOf(facts).length > 0 && !checked.has(facts.bookingId),
  );
  const across = { ...history.verdict(), unverifiable: missing.map(notGiven) };
  return joined([...verdicts, across, { discrepancies: [], findings: strangers, unverifiable: [] }]);
}

const hashesOf = ({ readings }: SessionFacts): Hex[] =>
  readings.map(({ evidenceHash }) => evidenceHash).filter((hash) => hash !== zeroHash);

/** What the first line says; a bundle that does not say it has the zero hash for a booking. */
function bookingOf({ bytes }: GivenBundle): Hex {
  const end = bytes.indexOf(0x0a);
  const first = bundleLineOf(Buffer.from(bytes.subarray(0, Math.max(0, end))).toString('utf8'));
  return first !== undefined && 'format' in first ? first.bookingId : zeroHash;
}

const stranger = ({ name }: GivenBundle): Finding => ({
  code: 'evidence.noBooking',
  detail: `${name} is of no booking of this market`,
});

const notGiven = ({ bookingId, tx }: SessionFacts): Unverifiable => ({
  code: 'evidence.notGiven',
  bookingId,
  tx,
  need: 'its bundle',
  detail: 'the reading names evidence that is not among the bundles',
});

interface Checks {
  market: MarketRef;
  history: MeterHistory;
  onBundle: (checked: CheckedBundle) => void;
}

function checkBundle(
  given: GivenBundle,
  facts: SessionFacts,
  { market, history, onBundle }: Checks,
): Checked {
  const salt = saltOf(given.salt);
  if (salt === undefined) return { isOfLedger: false, verdict: unsalted(given, facts) };
  const report = readBundle(given.bytes, salt, facts, market);
  const discrepancies = [...ownFaults(report, facts), ...ledgerFaults(report, facts)];
  const unread = hashFault(report, given, salt, facts);
  if (unread !== undefined) {
    // What else is wrong with another file only shows where it was changed.
    const verdict = { discrepancies: [unread, ...discrepancies.slice(0, 1)], findings: [], unverifiable: [] };
    return { isOfLedger: false, verdict };
  }
  const records = checkRecords(report, facts, market);
  for (const { code, ...fault } of records.faults)
    discrepancies.push({ code: `evidence.${code}`, ...subjectOf(facts), ...fault });
  const registers = checkRegisters(report, salt, facts);
  discrepancies.push(...registers.discrepancies);
  history.add(facts, records.signed);
  onBundle({ facts, report });
  const { findings } = records;
  const unverifiable = [...records.unverifiable, ...registers.unverifiable];
  return {
    isOfLedger: true,
    verdict: { discrepancies: firstOfEachCode(discrepancies), findings, unverifiable },
  };
}

const subjectOf = ({ bookingId, tx }: SessionFacts): { bookingId: Hex; tx: Hex } => ({ bookingId, tx });

/** 32 bytes, or their digits with or without `0x` and a line end. */
function saltOf(bytes: Uint8Array | undefined): Hex | undefined {
  if (bytes === undefined) return undefined;
  if (bytes.length === 32) return bytesToHex(bytes);
  const digits = Buffer.from(bytes).toString('latin1').trim().replace(/^0x/i, '');
  return /^[0-9a-fA-F]{64}$/.test(digits) ? `0x${digits.toLowerCase()}` : undefined;
}

const unsalted = ({ name, salt }: GivenBundle, facts: SessionFacts): Verdict => ({
  discrepancies: [],
  findings: [],
  unverifiable: [
    {
      code: 'evidence.salt',
      ...subjectOf(facts),
      need: `the salt of ${name}`,
      detail: salt === undefined ? 'it is not beside the bundle' : 'it is not 32 bytes',
    },
  ],
});

/** A final reading names all of the bundle, any other reading a part from its beginning. */
function hashFault(
  { hashes }: BundleReport,
  { bytes }: GivenBundle,
  salt: Hex,
  { readings, ...facts }: SessionFacts,
): Discrepancy | undefined {
  const whole: Hex = `0x${createHash('sha256')
    .update(Buffer.from(salt.slice(2), 'hex'))
    .update(bytes)
    .digest('hex')}`;
  const named = readings.filter(({ evidenceHash }) => evidenceHash !== zeroHash);
  const isHeld = ({ isFinal, evidenceHash }: (typeof named)[number]) =>
    evidenceHash === whole || (!isFinal && hashes.includes(evidenceHash));
  const broken = named.find((reading) => !isHeld(reading));
  if (broken === undefined) return undefined;
  return {
    code: 'evidence.hash',
    ...{ bookingId: facts.bookingId, tx: facts.tx },
    rule: 'SHA-256 of salt and bundle is the evidence hash of the booking’s reading.',
    expected: broken.evidenceHash,
    found: whole,
  };
}

/** So many kinds of faults of one bundle are named: what stands further down mostly follows from them. */
const KINDS_MAX = 3;

const ownFaults = ({ faults }: BundleReport, facts: SessionFacts): Discrepancy[] =>
  firstOfEachCode(
    faults.map(({ rule, line, expected, found }) => ({
      code: `evidence.${rule}`,
      ...subjectOf(facts),
      expected,
      found: `line ${line}: ${found}`,
    })),
  ).slice(0, KINDS_MAX);

/** Later lines with the same fault mostly follow from the first one. */
function firstOfEachCode(all: readonly Discrepancy[]): Discrepancy[] {
  const seen = new Set<string>();
  return all.filter(({ code }) => !seen.has(code) && seen.add(code));
}

/** The readings on the ledger are those of the bundle, and nothing is below what the driver signed. */
function ledgerFaults({ readings, cosigned }: BundleReport, facts: SessionFacts): Discrepancy[] {
  const subject = subjectOf(facts);
  return facts.readings.flatMap((reading) => {
    const same = readings.get(reading.seq);
    const isSame = same === undefined || JSON.stringify(same) === JSON.stringify(reading);
    if (!isSame) {
      const rule = 'The agent signs one reading under a number.';
      const [expected, found] = [same, reading].map((one) => `${one?.energyWh} Wh, ${one?.evidenceHash}`);
      return [{ code: 'evidence.reading', ...subject, rule, expected: `${expected}`, found: `${found}` }];
    }
    if (!reading.isFinal || cosigned === undefined || reading.energyWh >= cosigned.energyWh) return [];
    const rule = 'A final reading is not below the newest one that the driver signed.';
    const expected = `${cosigned.energyWh} Wh or more`;
    return [{ code: 'evidence.belowCosigned', ...subject, rule, expected, found: `${reading.energyWh} Wh` }];
  });
}

/** Wh of the final reading, and its commitment, by the registers that the frames show. */
function checkRegisters(
  { registers }: BundleReport,
  salt: Hex,
  facts: SessionFacts,
): { discrepancies: Discrepancy[]; unverifiable: Unverifiable[] } {
  const { billed } = facts;
  if (billed === undefined || (billed.energyWh === 0 && billed.registersCommitment === zeroHash))
    return { discrepancies: [], unverifiable: [] };
  const subject = subjectOf(facts);
  if (!registers.isClear) {
    const need = 'frames that show each register with its unit';
    const detail = 'the billed energy cannot be held against the frames';
    return { discrepancies: [], unverifiable: [{ code: 'evidence.frames', ...subject, need, detail }] };
  }
  return { discrepancies: registerFaults(billed, registers, salt, subject), unverifiable: [] };
}

function registerFaults(
  billed: Reading,
  registers: BundleReport['registers'],
  salt: Hex,
  subject: Subject,
): Discrepancy[] {
  const faults: Discrepancy[] = [];
  if (billed.energyWh > registers.mostWh) {
    const rule = 'What is billed is no more than what the wallbox’s register rose by.';
    const [expected, found] = [`at most ${registers.mostWh} Wh`, `${billed.energyWh} Wh`];
    faults.push({ code: 'evidence.frames', ...subject, rule, expected, found });
  }
  if (!isCommitted(billed.registersCommitment, salt, registers)) {
    const rule = 'The registers commitment is that of a begin and an end that the frames show.';
    const expected = billed.registersCommitment;
    const found = `begin ${registers.begins.join(' or ')} Wh, end up to ${registers.values[0]} Wh`;
    faults.push({ code: 'evidence.registers', ...subject, rule, expected, found });
  }
  return faults;
}

/** keccak256(keccak256(salt ‖ "registers") ‖ begin ‖ end), each register in Wh as 8 bytes. */
function isCommitted(
  commitment: Hex,
  salt: Hex,
  { begins, values }: Pick<BundleReport['registers'], 'begins' | 'values'>,
): boolean {
  const key = keccak256(`${salt}${Buffer.from('registers').toString('hex')}`);
  const word = (wh: number) => numberHex(BigInt(wh), 8).slice(2);
  return begins.some((begin) =>
    values.some((end) => keccak256(`${key}${word(begin)}${word(end)}`) === commitment),
  );
}
