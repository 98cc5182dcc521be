import type { AuditReport } from '../../audit-report.ts';

/** Token units as a unit in a header: `1e-6 USDC`. A symbol is whatever the token's author wrote. */
export const unitOf = ({ symbol, decimals }: AuditReport['token']): string =>
  `1e-${decimals} ${symbol.replace(/[^\p{L}\p{N}.$€-]/gu, '')}`;
