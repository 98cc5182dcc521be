import { expect } from 'vitest';
import { causeFirst } from '../../../audit/accounting/by-cause.ts';
import type { AuditReport } from '../../../audit/audit-report.ts';

/** Lines that one cause may take. */
const MOST_LINES = 3;

/** The discrepancies in the order in which the program lists them, a line for each. */
export const linesOf = (report: AuditReport): string[] =>
  causeFirst(report.discrepancies, report).map(
    ({ code, expected, found }) => `${code}: ${expected}, found ${found}`,
  );

/** The planted fault is named, under its own name first, and in few words. */
export function expectNamed(report: AuditReport, code: string): void {
  const lines = linesOf(report);
  expect(lines.slice(0, 1)).toEqual([expect.stringMatching(`^${code}:`)]);
  expect(lines.slice(MOST_LINES)).toEqual([]);
}
