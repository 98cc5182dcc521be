import type { History } from './short-ledger.ts';

/** A short ledger and the first contradiction in it; undefined for an honest one. */
export interface LedgerCase {
  what: string;
  code: string | undefined;
  /** What follows from it, or stands beside it. */
  beside?: string | undefined;
  play: () => Promise<History>;
}

export type Honest = Record<string, () => Promise<History>>;
export type Faults = Record<string, [code: string, play: () => Promise<History>, beside?: string]>;

export const casesOf = (honest: Honest, faults: Faults): LedgerCase[] => [
  ...Object.entries(honest).map(([what, play]) => ({ what, play, code: undefined })),
  ...Object.entries(faults).map(([what, [code, play, beside]]) => ({ what, play, code, beside })),
];
