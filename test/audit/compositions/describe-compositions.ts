import { describe, expect, it } from 'vitest';
import { type AuditCase, saidOf } from '../left-out/cases.ts';
import type { Mutant } from '../rules/mutants.ts';
import { occurrences } from '../rules/mutated-audit.ts';
import type { Load } from '../rules/vector-checks.ts';

/** A part of a composition that is left out: its file, its text, and what stands there then. */
export type LeftOut = readonly [file: string, from: string, to: string];

/** Texts of a file; without a second one, nothing stands in the place of the first. */
export const inFile =
  (file: string) =>
  (from: string, to = ''): LeftOut => [file, from, to];

/** Something that the audit is shown, and the parts without which it says something else of it. */
export interface ComposedCase extends AuditCase {
  misses: readonly LeftOut[];
  /** The audit's modules for this case. */
  loader: (mutant?: Mutant) => Load;
}

const mutantOf = ([file, from, to]: LeftOut): Mutant => ({ what: from.replace(/\s+/g, ' '), file, from, to });

/** Tests that the audit says of each case what it must, and something else without any of the parts that the case names. */
export function describeCompositions(cases: readonly ComposedCase[]): void {
  describe.each(cases)('$what', (each) => {
    it(`is said: ${each.says.join() || 'nothing'}`, async () => {
      expect(await saidOf(each, each.loader())).toEqual(each.says);
    });
    it.each(each.misses.map(mutantOf))('and is missed without $file: $what', async (mutant) => {
      expect(occurrences(mutant)).toBe(1);
      const said = await saidOf(each, each.loader(mutant));
      expect(said).not.toEqual(each.says);
      // A program that breaks shows no check that is missed.
      expect(said.join()).not.toContain('TypeError');
    });
  });
}
