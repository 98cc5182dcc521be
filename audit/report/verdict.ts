import type { AuditReport } from '../audit-report.ts';

export type VerdictName = 'reconciles' | 'reconcilesExceptUnverifiable' | 'doesNotReconcile';

type Judged = Pick<AuditReport, 'discrepancies' | 'unverifiable'>;

export function verdictOf({ discrepancies, unverifiable }: Judged): VerdictName {
  if (discrepancies.length > 0) return 'doesNotReconcile';
  return unverifiable.length > 0 ? 'reconcilesExceptUnverifiable' : 'reconciles';
}

/** Exit code of the command; 2 is that of an audit that could not run. */
export const exitCodeOf = (report: Judged, isStrict: boolean): 0 | 1 =>
  ({
    reconciles: 0 as const,
    reconcilesExceptUnverifiable: isStrict ? (1 as const) : (0 as const),
    doesNotReconcile: 1 as const,
  })[verdictOf(report)];
