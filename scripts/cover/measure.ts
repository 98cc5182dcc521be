import { parseContracts } from '../instrument/ast.ts';
import { build } from '../instrument/build.ts';
import { runNoting } from '../instrument/contract-tests.ts';
import { type CoveragePoint, markCoveragePoints } from './coverage-points.ts';
import { EXPLAINED } from './explained.ts';

export interface Count {
  covered: number;
  all: number;
}

export interface FileCoverage {
  file: string;
  lines: Count;
  branches: Count;
}

export interface CoverageReport {
  files: FileCoverage[];
  gaps: CoveragePoint[];
  /** Keys of gaps that are explained. */
  explained: string[];
  /** Keys that are explained but not a gap. */
  wronglyExplained: string[];
}

export const keyOf = ({ file, kind, code }: CoveragePoint): string => `${file} ${kind}: ${code}`;

const count = <T>(things: readonly T[], covered: (thing: T) => boolean): Count => ({
  covered: things.filter(covered).length,
  all: things.length,
});

/** Lines are those on which a statement or a condition begins. */
function coverageOf(
  file: string,
  places: readonly CoveragePoint[],
  passed: ReadonlySet<number>,
): FileCoverage {
  const own = places.filter((place) => place.file === file);
  const byLine = Map.groupBy(own, ({ line }) => line);
  return {
    file,
    lines: count([...byLine.values()], (on) => on.some(({ number }) => passed.has(number))),
    branches: count(
      own.filter(({ kind }) => kind !== 'statement'),
      ({ number }) => passed.has(number),
    ),
  };
}

/** Lines and branches of contracts/ (without mocks) that the contract tests reach. */
export async function measureCoverage(): Promise<CoverageReport> {
  const { sources, parsed } = parseContracts();
  const { sources: marked, places } = markCoveragePoints(sources, parsed);
  const marks = await runNoting(await build(marked));
  const passed = new Set([...marks.values()].flatMap((byTest) => Object.values(byTest).flat()));
  const missed = places.filter(({ number }) => !passed.has(number));
  const missedKeys = new Set(missed.map(keyOf));
  return {
    files: [...new Set(places.map(({ file }) => file))].map((file) => coverageOf(file, places, passed)),
    gaps: missed.filter((place) => !(keyOf(place) in EXPLAINED)),
    explained: Object.keys(EXPLAINED).filter((key) => missedKeys.has(key)),
    wronglyExplained: Object.keys(EXPLAINED).filter((key) => !missedKeys.has(key)),
  };
}
