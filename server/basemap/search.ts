import { fold } from './fold.ts';
import { type Town, type Towns, townAt } from './towns.ts';

/** How well a town matches: its whole name, the beginning of its name, or a later word. */
type Rank = 0 | 1 | 2;

interface Match {
  index: number;
  rank: Rank;
  weight: number;
}

export interface SearchQuery {
  text: string;
  limit: number;
  /** Degrees: towns near it come first among equally good matches. */
  near?: { latitude: number; longitude: number } | undefined;
}

/** At this distance a town counts half its population. */
const HALF_WEIGHT_KM = 100;
const KM_PER_DEGREE = 111.2;

/** The towns with a word that begins so: better matches first, among equal ones the larger or nearer. */
export function searchTowns(towns: Towns, { text, limit, near }: SearchQuery): Town[] {
  const query = Buffer.from(fold(text));
  if (query.length === 0) return [];
  const { words, townOfWord, firstFoldedBytes } = towns.columns;
  const weightOf = near === undefined ? populationWeight(towns) : nearWeight(towns, near);
  const best: Match[] = [];
  const end = bound(towns, query, 'after');
  for (let i = bound(towns, query, 'from'); i < end; i++) {
    const index = townOfWord[i]!;
    const isFirst = words[i] === firstFoldedBytes[index];
    const isWhole = isFirst && firstFoldedBytes[index + 1]! - words[i]! - 1 === query.length;
    const rank = isWhole ? 0 : isFirst ? 1 : 2;
    // A letter alone has 20,000 matches: most of them end here.
    if (best.length === limit && rank > best[limit - 1]!.rank) continue;
    insert(best, { index, rank, weight: weightOf(index) }, limit);
  }
  return best.map(({ index }) => townAt(towns, index));
}

const isBetter = (a: Match, b: Match): boolean =>
  a.rank !== b.rank ? a.rank < b.rank : a.weight !== b.weight ? a.weight > b.weight : a.index < b.index;

/** Puts a match among the best ones, each town once. */
function insert(best: Match[], match: Match, limit: number): void {
  const last = best.at(-1);
  if (best.length === limit && last !== undefined && !isBetter(match, last)) return;
  const known = best.findIndex((other) => other.index === match.index);
  if (known >= 0 && !isBetter(match, best[known]!)) return;
  if (known >= 0) best.splice(known, 1);
  const at = best.findIndex((other) => isBetter(match, other));
  best.splice(at < 0 ? best.length : at, 0, match);
  if (best.length > limit) best.pop();
}

/** Index of the first word that does not sort below the query, or of the first one after all that begin with it. */
function bound({ columns }: Towns, query: Buffer, side: 'from' | 'after'): number {
  const { words, folded } = columns;
  const bytes = Buffer.from(folded.buffer, folded.byteOffset, folded.byteLength);
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = words[middle]!;
    const order = bytes.compare(query, 0, query.length, at, Math.min(at + query.length, bytes.length));
    if (order < 0 || (side === 'after' && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const populationWeight =
  ({ columns }: Towns) =>
  (index: number): number =>
    columns.populations[index]!;

function nearWeight({ columns }: Towns, near: { latitude: number; longitude: number }) {
  const width = Math.cos((near.latitude * Math.PI) / 180);
  return (index: number): number => {
    const north = columns.latitudesE5[index]! / 1e5 - near.latitude;
    const eastOnMap = Math.abs(columns.longitudesE5[index]! / 1e5 - near.longitude);
    const east = Math.min(eastOnMap, 360 - eastOnMap) * width;
    const squareKm = (north * north + east * east) * KM_PER_DEGREE * KM_PER_DEGREE;
    return columns.populations[index]! / (1 + squareKm / (HALF_WEIGHT_KM * HALF_WEIGHT_KM));
  };
}
