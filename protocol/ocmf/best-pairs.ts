import type { OcmfRecord } from './record.ts';

/** A begin and its end, from one record or two, that the ledger accepts as a proof by itself. */
export interface Pair<R extends OcmfRecord> {
  records: readonly R[];
  firstPage: bigint;
  lastPage: bigint;
  register: string | undefined;
  restarts: boolean;
  /** Millionths of a Wh. */
  begin: bigint;
  end: bigint;
}

/** Pairs that prove the most energy together, and how much, in millionths of a Wh. */
export interface BestPairs<R extends OcmfRecord> {
  pairs: readonly Pair<R>[];
  energy: bigint;
}

/** Registers that restart cannot be told apart from the same transaction again: such a pair is all of a proof. */
const mayFollow = <R extends OcmfRecord>(pair: Pair<R>, before: Pair<R>): boolean =>
  !pair.restarts &&
  !before.restarts &&
  pair.firstPage > before.lastPage &&
  pair.register === before.register &&
  pair.begin >= before.end;

/** Which of these records to prove with, so that together they are accepted and prove the most. */
export function bestPairs<R extends OcmfRecord>(records: readonly R[]): BestPairs<R> {
  let best: BestPairs<R> = { pairs: [], energy: 0n };
  const endings: BestPairs<R>[] = [];
  for (const pair of pairsOf(records)) {
    // A pair of 0 Wh is a proof of nothing.
    if (pair.end === pair.begin) continue;
    let before: BestPairs<R> = { pairs: [], energy: 0n };
    for (const other of endings) {
      const last = other.pairs.at(-1);
      if (last !== undefined && mayFollow(pair, last) && other.energy > before.energy) before = other;
    }
    const ending = { pairs: [...before.pairs, pair], energy: before.energy + pair.end - pair.begin };
    endings.push(ending);
    if (ending.energy > best.energy) best = ending;
  }
  return best;
}

/** In the order of pages. A charge point may send the begin alone first: the record of both contains it, too. */
function pairsOf<R extends OcmfRecord>(records: readonly R[]): Pair<R>[] {
  const inOrder = records.toSorted((a, b) => Number(a.page - b.page));
  let begun: R | undefined;
  return inOrder.flatMap((record) => {
    const from = record.begin === undefined ? begun : record;
    if (record.end === undefined) {
      if (record.begin !== undefined) begun = record;
      return [];
    }
    begun = undefined;
    return from === undefined ? [] : pairOf(from, record);
  });
}

function pairOf<R extends OcmfRecord>(from: R, to: R): Pair<R>[] {
  const { begin, register, restarts } = from;
  const { end } = to;
  if (begin === undefined || end === undefined || end < begin || register !== to.register) return [];
  if (from !== to && (restarts || from.page >= to.page)) return [];
  const records = from === to ? [from] : [from, to];
  return [{ records, firstPage: from.page, lastPage: to.page, register, restarts, begin, end }];
}
