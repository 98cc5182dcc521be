import { type Hex, keccak256, stringToHex } from 'viem';
import { isSameTag } from '../../protocol/idTag.ts';
import type { AssuranceLevel } from '../../protocol/link.ts';
import type { MeterFlag } from '../../protocol/notices.ts';
import { bestPairs } from '../../protocol/ocmf/best-pairs.ts';
import { type RecordBinding, whOf } from '../../protocol/ocmf/proof.ts';
import { type OcmfRecord, readOcmf } from '../../protocol/ocmf/record.ts';
import { type OcmfRule, unlessRefused } from '../../protocol/ocmf/refusal.ts';
import { payloadOf, type Verdict } from '../ocmf/ocmf.ts';

/** A record that counts by the ledger's rules, as the journal stores it: registers in millionths of a Wh. */
interface StoredRecord {
  page: string;
  register: string | null;
  restarts: boolean;
  begin: string | null;
  end: string | null;
}

/** The result of a session's records so far. */
export interface Assurance {
  /** Why the energy is not backed by the meter. */
  flags: MeterFlag[];
  /** A good record names nobody: it is of no other booking, and backs none. */
  signsNoTag: boolean;
  /** Those that count. */
  records: StoredRecord[];
  /** The newest page before this session and now, by the letter of its series; the meter's own, over all sessions. */
  pagesBefore: Record<string, number>;
  pages: Record<string, number>;
  /** Records already checked: one that comes twice counts once. */
  seen: Hex[];
}

export const noAssurance = (pages: Record<string, number>): Assurance => ({
  ...{ flags: [], signsNoTag: false, records: [], pagesBefore: pages, pages, seen: [] },
});

/** Why a record that the ledger would refuse does not back the energy. */
const FLAG_OF: Readonly<Record<OcmfRule, MeterFlag>> = {
  malformed: 'UNREADABLE',
  incomplete: 'UNREADABLE',
  PG: 'UNREADABLE',
  ID: 'UNREADABLE',
  RD: 'UNREADABLE',
  RV: 'UNREADABLE',
  TM: 'TIME',
  EF: 'METER_ERROR',
  ST: 'METER_ERROR',
  CL: 'METER_ERROR',
  TX: 'METER_ERROR',
  RI: 'NO_TOTAL',
  RU: 'NO_TOTAL',
  pair: 'NO_TOTAL',
  sequence: 'REGISTER',
  register: 'REGISTER',
};

const flagged = (before: Assurance, flag: MeterFlag): Assurance =>
  before.flags.includes(flag) ? before : { ...before, flags: [...before.flags, flag] };

/** The tolerance between the meter's register (Wh or coarser) and the wallbox's rounded one. */
const SLACK = { energyWh: 20, perThousand: 10 };

const agrees = (aWh: number, bWh: number): boolean =>
  Math.abs(aWh - bWh) <= Math.max(SLACK.energyWh, Math.floor((bWh * SLACK.perThousand) / 1_000));

export interface VerifiedRecord {
  record: string;
  verdict: Verdict;
}

/** Adds a record. A failed check is permanent: a valid record does not make up for a fake one beside it. */
export function withRecord(
  all: Assurance,
  { record, verdict }: VerifiedRecord,
  binding: RecordBinding,
): Assurance {
  const digest = keccak256(stringToHex(record));
  if (all.seen.includes(digest)) return all;
  const before = { ...all, seen: [...all.seen, digest] };
  const read = unlessRefused(() => readOcmf(payloadOf(record), binding.window));
  if ('refusedBy' in read && FLAG_OF[read.refusedBy] === 'UNREADABLE') return flagged(before, 'UNREADABLE');
  if (verdict !== 'verified') return flagged(before, 'SIGNATURE');
  if ('refusedBy' in read) return flagged(before, FLAG_OF[read.refusedBy]);
  return withCounting(before, read.result, binding);
}

/** In letters of any case: tags of OCPP have none, and some wallboxes change it. The ledger takes the tag's own only. */
const isOfBooking = (id: string, { ids }: RecordBinding): boolean =>
  ids === undefined || [...ids].some((tag) => isSameTag(tag, id));

function withCounting(before: Assurance, record: OcmfRecord, binding: RecordBinding): Assurance {
  const { begin, end, id = '' } = record;
  const page = Number(record.page);
  if (id.trim() === '') return { ...before, signsNoTag: true };
  if (!isOfBooking(id, binding)) return flagged(before, 'ID_TAG');
  if (page < (before.pages.T ?? 0)) return flagged(before, 'PAGINATION');
  const next = { ...before, pages: { ...before.pages, T: page } };
  if (begin === undefined && end === undefined) return flagged(next, 'NO_TOTAL');
  if (begin !== undefined && end !== undefined && end < begin) return flagged(next, 'REGISTER');
  return { ...next, records: [...next.records, toStored(record)] };
}

const toStored = ({ page, register, restarts, begin, end }: OcmfRecord): StoredRecord => ({
  page: page.toString(),
  register: register ?? null,
  restarts,
  begin: begin?.toString() ?? null,
  end: end?.toString() ?? null,
});

const fromStored = ({ page, register, restarts, begin, end }: StoredRecord): OcmfRecord => ({
  id: undefined,
  page: BigInt(page),
  register: register ?? undefined,
  restarts,
  begin: begin === null ? undefined : BigInt(begin),
  end: end === null ? undefined : BigInt(end),
});

/** Wh that the ledger would accept as proven by these records. */
export const provenWhOf = ({ records }: Assurance): number =>
  Number(whOf(bestPairs(records.map(fromStored)).energy));

/** Once the final reading is made. `rawWh` is the difference of the wallbox's own unsigned register. */
export function concluded(
  before: Assurance,
  { billedWh, rawWh, isExpected }: { billedWh: number; rawWh: number; isExpected: boolean },
): Assurance {
  const provenWh = provenWhOf(before);
  // One reason is enough: its consequences are not reported as others.
  if (billedWh === 0 || before.flags.length > 0) return before;
  if (before.signsNoTag && provenWh === 0) return before;
  if (before.records.length === 0) return isExpected ? flagged(before, 'MISSING') : before;
  if (provenWh === 0) return flagged(before, 'MISSING');
  // The agent may bill less than the meter shows; never more.
  const isCovered = billedWh <= provenWh || agrees(billedWh, provenWh);
  const isSame = agrees(rawWh, provenWh) || agrees(billedWh, provenWh);
  return isCovered && isSame ? before : flagged(before, 'REGISTER');
}

export function assuranceLevelOf({ flags, records }: Assurance, isAttested: boolean): AssuranceLevel {
  if (flags.length > 0 || records.length === 0) return 'agent-signed';
  return isAttested ? 'key-attested' : 'meter-signed';
}
