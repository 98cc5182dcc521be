import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from '../../../audit/lib/discrepancy.ts';
import type { Load } from '../rules/vector-checks.ts';

/** Something that a room of the audit is shown, and what it must say: codes, each once, or how it ends. */
export interface AuditCase {
  what: string;
  says: readonly string[];
  /** The module of the audit that it is shown to; where it is left out, any may be. */
  entry?: string;
  run: (load: Load) => Promise<readonly string[]> | readonly string[];
}

/** Codes of discrepancies, findings and what is unverifiable, each once. */
export const codesIn = ({ discrepancies, findings, unverifiable }: Verdict): string[] => [
  ...new Set([...discrepancies, ...findings, ...unverifiable].map(({ code }) => code)),
];

/** What the audit says of a case; an error is its code. */
export async function saidOf({ run }: AuditCase, load: Load): Promise<readonly string[]> {
  try {
    return await run(load);
  } catch (error) {
    // No check was left out then, but the text broken.
    if (error instanceof SyntaxError || error instanceof ReferenceError) throw error;
    return [`ends: ${(error as { code?: string }).code ?? error}`];
  }
}

/** The first case of which a changed audit says something else than it must, and what it says. */
export async function noticedBy(load: Load, cases: readonly AuditCase[]): Promise<string | undefined> {
  for (const each of cases) {
    const said = await saidOf(each, load);
    if (!isDeepStrictEqual(said, each.says)) return `${each.what}: ${said.join()}`;
  }
  return undefined;
}
