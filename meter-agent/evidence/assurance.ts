import { type Hex, keccak256, stringToHex } from 'viem';
import type { AssuranceLevel } from '../../protocol/link.ts';
import type { MeterFlag } from '../../protocol/notices.ts';
import { type MeterRecordFacts, readRecord } from '../ocmf/meter-record.ts';
import type { Verdict } from '../ocmf/ocmf.ts';

/** The result of a session's records so far. */
export interface Assurance {
  /** Why the energy is not backed by the meter. */
  flags: MeterFlag[];
  /** Wh between begins and ends. */
  provenWh: number;
  /** Total register of a begin without its end so far. */
  openWh: number | null;
  /** Valid records. */
  held: number;
  /** The newest page of each series, before this session and now; the meter's own, over all sessions. */
  pagesBefore: Record<string, number>;
  pages: Record<string, number>;
  /** Records already checked: one that comes twice counts once. */
  seen: Hex[];
}

export const noAssurance = (pages: Record<string, number>): Assurance => ({
  ...{ flags: [], provenWh: 0, openWh: null, held: 0, pagesBefore: pages, pages, seen: [] },
});

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
  ids: ReadonlySet<string>,
): Assurance {
  const digest = keccak256(stringToHex(record));
  if (all.seen.includes(digest)) return all;
  const before = { ...all, seen: [...all.seen, digest] };
  const facts = readRecord(record);
  if (facts === undefined) return flagged(before, 'UNREADABLE');
  if (verdict !== 'verified') return flagged(before, 'SIGNATURE');
  const { series, page, id, isFaulty } = facts;
  if (!ids.has(id)) return flagged(before, 'ID_TAG');
  if (page < (before.pages[series] ?? 0)) return flagged(before, 'PAGINATION');
  const next = { ...before, pages: { ...before.pages, [series]: page } };
  return isFaulty ? flagged(next, 'METER_ERROR') : withRegisters(next, facts);
}

function withRegisters(before: Assurance, { beginWh, endWh }: MeterRecordFacts): Assurance {
  if (beginWh === null && endWh === null) return flagged(before, 'NO_TOTAL');
  const fromWh = beginWh ?? before.openWh;
  const held = before.held + 1;
  if (endWh === null) return { ...before, held, openWh: beginWh };
  if (fromWh === null || endWh < fromWh) return flagged(before, 'REGISTER');
  return { ...before, held, openWh: null, provenWh: before.provenWh + endWh - fromWh };
}

/** Once the final reading is made. `rawWh` is the difference of the wallbox's own unsigned register. */
export function concluded(
  before: Assurance,
  { billedWh, rawWh, isExpected }: { billedWh: number; rawWh: number; isExpected: boolean },
): Assurance {
  const { held, openWh, provenWh } = before;
  // One reason is enough: its consequences are not reported as others.
  if (billedWh === 0 || before.flags.length > 0) return before;
  if (held === 0) return isExpected ? flagged(before, 'MISSING') : before;
  if (openWh !== null && provenWh === 0) return flagged(before, 'MISSING');
  // The agent may bill less than the meter shows; never more.
  const isCovered = billedWh <= provenWh || agrees(billedWh, provenWh);
  const isSame = agrees(rawWh, provenWh) || agrees(billedWh, provenWh);
  return isCovered && isSame ? before : flagged(before, 'REGISTER');
}

export function assuranceLevelOf({ flags, held }: Assurance, isAttested: boolean): AssuranceLevel {
  if (flags.length > 0 || held === 0) return 'agent-signed';
  return isAttested ? 'key-attested' : 'meter-signed';
}
