/** Why somebody was not allowed to do what they did. */
export interface Fault {
  code: string;
  rule: string;
  expected: string;
  found: string;
}

/** What could not be decided here, and what would decide it. */
export interface Undecided {
  need: string;
  detail: string;
}

/** Of one act: allowed where both lists are empty. */
export interface Judgement {
  faults: Fault[];
  doubts: Undecided[];
}

export const ALLOWED: Judgement = { faults: [], doubts: [] };

export const refusedBy = (code: string, rule: string, expected: string, found: string): Judgement => ({
  faults: [{ code: `authority.${code}`, rule, expected, found }],
  doubts: [],
});

export const undecided = (need: string, detail: string): Judgement => ({
  faults: [],
  doubts: [{ need, detail }],
});

/** All of them must hold. */
export const allOf = (judgements: readonly Judgement[]): Judgement => ({
  faults: judgements.flatMap(({ faults }) => faults),
  doubts: judgements.flatMap(({ doubts }) => doubts),
});

export const isAllowed = ({ faults, doubts }: Judgement): boolean =>
  faults.length === 0 && doubts.length === 0;
