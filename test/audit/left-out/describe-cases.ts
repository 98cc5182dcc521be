import { describe, expect, it } from 'vitest';
import type { Mutant } from '../rules/mutants.ts';
import {
  type Globals,
  type LoaderOptions,
  modulesOf,
  mutatedAudit,
  occurrences,
} from '../rules/mutated-audit.ts';
import type { Load } from '../rules/vector-checks.ts';
import { type AuditCase, noticedBy, saidOf } from './cases.ts';
import { checksLeftOut, type Room } from './sites.ts';

/** Tests that the audit says of each case what it must, and not of all of them once any check of the room is left out. */
export function describeCases(room: Room, cases: readonly AuditCase[], globals?: () => Globals): void {
  let shared: Load | undefined;
  const options = (): LoaderOptions => {
    const own = globals?.() ?? globalThis;
    shared ??= mutatedAudit(undefined, own);
    return { fetch: own.fetch, shared };
  };
  describe(`what ${room} says`, () => {
    it.each(cases)('$what', async (each) => {
      expect(await saidOf(each, mutatedAudit(undefined, options()))).toEqual(each.says);
    });
  });
  describe(`a check of ${room} that is left out is missed`, () => {
    it.each(checksLeftOut(room))('$file, $what', async (mutant: Mutant) => {
      expect(occurrences(mutant)).toBe(1);
      const load = mutatedAudit(mutant, options());
      load(mutant.file);
      const reaching = cases.filter(({ entry = mutant.file }) => modulesOf(entry).has(mutant.file));
      const noticed = await noticedBy(load, reaching);
      expect(noticed).toBeDefined();
      // Unless an error was left out, one that comes instead does not show that the check is missed.
      if (!mutant.to.endsWith('void ')) expect(noticed).not.toContain('TypeError');
    });
  });
}
