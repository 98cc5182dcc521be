import { parseContracts } from '../instrument/ast.ts';
import { build } from '../instrument/build.ts';
import { EQUIVALENT } from './equivalent.ts';
import { kill, type Verdict } from './kill.ts';
import { findReach } from './reach.ts';
import { type Mutant, mutate } from './schemata.ts';

/** Result of the check. Good when no mutant survived and the list of equivalents is right. */
export interface MutationReport {
  killed: number;
  survived: Verdict[];
  equivalent: number;
  /** Keys of the list that name no mutant, or one that a test kills. */
  wronglyListed: string[];
  /** Tests that fail without any mutant, since they measure gas. */
  leftOut: string[];
}

const isEquivalent = ({ key }: Mutant): boolean => key in EQUIVALENT;

export interface Choice {
  /** Parts of paths under contracts/ to check; none for all. */
  filters?: readonly string[];
  /** Only the guards: each refusal of the contracts is left out once. */
  guards?: boolean;
  /** Also the mutants that are listed as equivalent: a test that kills one proves the list wrong. */
  equivalent?: boolean;
}

/** Breaks the contracts at one position after the other; some contract test must fail for each. */
export async function checkMutants(
  { filters = [], guards = false, equivalent = false }: Choice,
  say: (text: string) => void,
): Promise<MutationReport> {
  const { sources, parsed } = parseContracts();
  const { sources: mutated, mutants } = mutate(sources, parsed);
  say(`${mutants.length} mutants in one compilation …`);
  const artifacts = await build(mutated);
  say('all contract tests without a mutant, then traced …');
  const { reach, leftOut } = await findReach(artifacts);
  const kept = mutants
    .filter(({ file }) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .filter(({ refusal }) => !guards || refusal !== undefined);
  const tried = kept.filter((mutant) => equivalent || !isEquivalent(mutant));
  const verdicts = await kill(tried, reach, artifacts, say);
  const keys = new Set(mutants.map(({ key }) => key));
  const wronglyKilled = verdicts.filter(({ mutant, killedBy }) => killedBy && isEquivalent(mutant));
  return {
    killed: verdicts.filter(({ killedBy }) => killedBy !== undefined).length,
    survived: verdicts.filter(({ mutant, killedBy }) => killedBy === undefined && !isEquivalent(mutant)),
    equivalent: kept.filter(isEquivalent).length,
    wronglyListed: [
      ...Object.keys(EQUIVALENT).filter((key) => !keys.has(key)),
      ...wronglyKilled.map(({ mutant }) => mutant.key),
    ],
    leftOut,
  };
}

/** The report as text, with its sum last. */
export function linesOf({ killed, survived, equivalent, wronglyListed, leftOut }: MutationReport): string[] {
  return [
    ...leftOut.map((test) => `left out, fails without a mutant: ${test}`),
    ...survived.map(
      ({ mutant, reachedBy }) =>
        `survived: ${mutant.file}:${mutant.line} (reached by ${reachedBy} tests)\n  ${mutant.key}`,
    ),
    ...wronglyListed.map((key) => `listed as equivalent, but gone or killed: ${key}`),
    `${killed} killed, ${survived.length} survived, ${equivalent} equivalent`,
  ];
}

export const isGood = ({ survived, wronglyListed, killed }: MutationReport): boolean =>
  survived.length === 0 && wronglyListed.length === 0 && killed > 0;
