import { type OcmfRecord, type RecordWindow, readOcmf } from './record.ts';
import { refused } from './refusal.ts';

/** Registers are in millionths of a Wh. */
const PER_WH = 1_000_000n;

/** Millionths of a Wh in Wh, rounded down: once for each proof. */
export const whOf = (energy: bigint): bigint => energy / PER_WH;

/** What a meter's records must be bound to. */
export interface RecordBinding {
  window: RecordWindow;
  /** Texts that ID may be, one character for each byte; undefined for any. */
  ids?: ReadonlySet<string>;
}

/** Whether a record is of the booking. A text above 31 bytes is none of its ids. */
export const isBound = ({ id }: OcmfRecord, { ids }: RecordBinding): boolean =>
  ids === undefined || ids.has(id ?? '');

/** What follows from the records before. */
interface Chain {
  open: OcmfRecord | undefined;
  last: { page: bigint; register: string | undefined; value: bigint } | undefined;
  sum: bigint;
}

/**
 * The energy that signed records prove together, in Wh, as contracts/ocmf/OcmfProofs.sol computes it.
 *
 * @throws OcmfRefusal with the rule that the ledger names.
 */
export function provenWh(payloads: readonly Uint8Array[], binding: RecordBinding): bigint {
  const isAlone = payloads.length === 1;
  let chain: Chain = { open: undefined, last: undefined, sum: 0n };
  for (const payload of payloads) {
    const record = readOcmf(payload, binding.window);
    if (!isBound(record, binding)) throw refused('ID', record.id);
    chain = next(chain, record, isAlone);
  }
  if (chain.open !== undefined || payloads.length === 0) throw refused('pair');
  return whOf(chain.sum);
}

function next({ open, last, sum }: Chain, record: OcmfRecord, isAlone: boolean): Chain {
  if (last !== undefined) requireFollows(record, last);
  const { page, register, begin = open?.begin, end } = record;
  const isPart = record.begin !== undefined || end !== undefined;
  const isInTurn = (record.begin === undefined) === (open !== undefined);
  if (begin === undefined || !isPart || !isInTurn) throw refused('pair');
  const isWhole = record.begin !== undefined && end !== undefined;
  if (record.restarts && !(isAlone && isWhole)) throw refused('RI', register);
  if (end !== undefined && end < begin) throw refused('register');
  return {
    open: end === undefined ? record : undefined,
    last: { page, register, value: end ?? begin },
    sum: end === undefined ? sum : sum + end - begin,
  };
}

function requireFollows(
  { page, register, begin }: OcmfRecord,
  last: { page: bigint; register: string | undefined; value: bigint },
): void {
  if (page <= last.page) throw refused('PG', `T${page}`);
  if (register !== last.register) throw refused('RI', register);
  if (begin !== undefined && begin < last.value) throw refused('register');
}
