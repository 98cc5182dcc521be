import { type Hex, keccak256, stringToHex } from 'viem';
import type { AssuranceLevel } from '../../protocol/link.ts';
import type { MeterFlag } from '../../protocol/notices.ts';
import { type MeterRecordFacts, readRecord } from '../ocmf/meter-record.ts';
import type { Verdict } from '../ocmf/ocmf.ts';

/** What the records of a session have shown so far. */
export interface Assurance {
  /** Why the energy has no meter behind it. */
  flags: MeterFlag[];
  /** Wh between begins and ends. */
  provenWh: number;
  /** Total register of a begin whose end has not come. */
  openWh: number | null;
  /** Records that hold. */
  held: number;
  /** The newest page of each series, before this session and now; the meter's own, over all sessions. */
  pagesBefore: Record<string, number>;
  pages: Record<string, number>;
  /** Records that were weighed: one that comes twice counts once. */
  seen: Hex[];
}

export const noAssurance = (pages: Record<string, number>): Assurance => ({
  ...{ flags: [], provenWh: 0, openWh: null, held: 0, pagesBefore: pages, pages, seen: [] },
});

const flagged = (before: Assurance, flag: MeterFlag): Assurance =>
  before.flags.includes(flag) ? before : { ...before, flags: [...before.flags, flag] };

/** A meter that gives Wh or coarser, beside a register that the wallbox rounds: so much is no other energy. */
const SLACK = { energyWh: 20, perThousand: 10 };

const agrees = (aWh: number, bWh: number): boolean =>
  Math.abs(aWh - bWh) <= Math.max(SLACK.energyWh, Math.floor((bWh * SLACK.perThousand) / 1_000));

export interface VerifiedRecord {
  record: string;
  verdict: Verdict;
}

/** One record more. What was doubted once stays so: a good record does not heal a fake one beside it. */
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

/** Once the final reading is made. `rawWh` is what the wallbox's own unsigned register moved. */
export function concluded(
  before: Assurance,
  { billedWh, rawWh, isExpected }: { billedWh: number; rawWh: number; isExpected: boolean },
): Assurance {
  const { held, openWh, provenWh } = before;
  // One flag is enough: what lacks because of it is no other one.
  if (billedWh === 0 || before.flags.length > 0) return before;
  if (held === 0) return isExpected ? flagged(before, 'MISSING') : before;
  if (openWh !== null && provenWh === 0) return flagged(before, 'MISSING');
  // The agent bills less than the meter says where it has reason to; never more.
  const isCovered = billedWh <= provenWh || agrees(billedWh, provenWh);
  const isSame = agrees(rawWh, provenWh) || agrees(billedWh, provenWh);
  return isCovered && isSame ? before : flagged(before, 'REGISTER');
}

export function assuranceLevelOf({ flags, held }: Assurance, isAttested: boolean): AssuranceLevel {
  if (flags.length > 0 || held === 0) return 'agent-signed';
  return isAttested ? 'key-attested' : 'meter-signed';
}
