import type { MeterRecord } from './meter-record.ts';
import { RecordRefused } from './refusal.ts';

/** What records must be bound to: the booking's opening and closing in unix seconds, and the texts that ID may be. */
export interface Binding {
  from: number;
  until: number;
  /** One character for each byte; undefined for any ID. */
  ids?: ReadonlySet<string>;
}

const CLOCK_TOLERANCE_SEC = 300;
const MILLIONTHS = 1_000_000n;
/** The ledger compares no longer text: an ID beyond it is of no booking. */
const ID_MAX = 31;

/** Millionths of a Wh in Wh, rounded down: once for a proof. */
export const whOf = (energy: bigint): number => Number(energy / MILLIONTHS);

/**
 * Requires that a record is of the booking: read within its time, by a synchronised clock, under its tag.
 *
 * @throws RecordRefused `TM` or `ID`.
 */
export function requireBound({ id = '', times }: MeterRecord, { from, until, ids }: Binding): void {
  for (const timeSec of times) {
    if (timeSec + CLOCK_TOLERANCE_SEC < from || timeSec > until + CLOCK_TOLERANCE_SEC)
      throw new RecordRefused('TM', `${timeSec}`);
  }
  if (ids !== undefined && (id.length > ID_MAX || !ids.has(id))) throw new RecordRefused('ID', id);
}

/**
 * The energy that records prove together, in Wh: pairs of begin and end, each from one record or from two, on rising pages
 * of one register that never goes back.
 *
 * @throws RecordRefused naming the rule.
 */
export function provenWh(records: readonly MeterRecord[], binding: Binding): number {
  let begun: bigint | undefined;
  let energy = 0n;
  for (const [index, record] of records.entries()) {
    requireBound(record, binding);
    requireFollows(record, records[index - 1]);
    const { begin = begun, end } = record;
    const isInTurn = (record.begin === undefined) === (begun !== undefined);
    if (!isInTurn || begin === undefined) throw new RecordRefused('pair');
    const isWhole = record.begin !== undefined && end !== undefined;
    if (record.restarts && !(isWhole && records.length === 1)) throw new RecordRefused('RI', record.register);
    if (end !== undefined && end < begin) throw new RecordRefused('register', `${begin} to ${end}`);
    if (end !== undefined) energy += end - begin;
    begun = end === undefined ? begin : undefined;
  }
  if (begun !== undefined || records.length === 0) throw new RecordRefused('pair');
  return whOf(energy);
}

function requireFollows({ page, register, begin }: MeterRecord, before: MeterRecord | undefined): void {
  if (before === undefined) return;
  if (page <= before.page) throw new RecordRefused('PG', `T${page}`);
  if (register !== before.register) throw new RecordRefused('RI', register);
  const last = before.end ?? before.begin;
  if (begin !== undefined && last !== undefined && begin < last) throw new RecordRefused('register');
}
