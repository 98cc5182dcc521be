import type { Address, Hex } from 'viem';

/** What an entry of the audit is about. */
export interface Subject {
  bookingId?: Hex;
  listingId?: Hex;
  account?: Address;
  tx?: Hex;
}

/** Something contradicts a rule: the ledger does not reconcile. `code` is stable; the rest is for people. */
export interface Discrepancy extends Subject {
  code: string;
  /** The rule, in a sentence, where the code alone does not say it. */
  rule?: string;
  expected: string;
  found: string;
}

/** Worth checking, although no rule of the ledger is broken. */
export interface Finding extends Subject {
  code: string;
  /** Set where nothing is odd: a person may do something, and need not. */
  isInformation?: true;
  detail: string;
}

/** What could be neither confirmed nor contradicted, and what would decide it. */
export interface Unverifiable extends Subject {
  code: string;
  /** `archive needed`: a node with old states; `trace needed`: one that traces transactions. */
  need: 'archive needed' | 'trace needed' | (string & {});
  detail: string;
}

/** What a part of the audit found out. */
export interface Verdict {
  discrepancies: Discrepancy[];
  findings: Finding[];
  unverifiable: Unverifiable[];
}

/** Some of the three lists, and none of the others. */
export const verdict = (part: Partial<Verdict> = {}): Verdict => ({
  discrepancies: [],
  findings: [],
  unverifiable: [],
  ...part,
});

/** The entries of several parts, in their order. */
export const joined = (verdicts: readonly Verdict[]): Verdict => ({
  discrepancies: verdicts.flatMap(({ discrepancies }) => discrepancies),
  findings: verdicts.flatMap(({ findings }) => findings),
  unverifiable: verdicts.flatMap(({ unverifiable }) => unverifiable),
});
