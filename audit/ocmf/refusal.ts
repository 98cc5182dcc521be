/** The field or the rule of OCMF that a record breaks, as the ledger's verifier names it. */
export type RecordRule =
  | 'malformed'
  | 'incomplete'
  | 'sequence'
  | 'pair'
  | 'register'
  | 'signature'
  | 'PG'
  | 'ID'
  | 'RD'
  | 'TM'
  | 'TX'
  | 'RV'
  | 'RI'
  | 'RU'
  | 'EF'
  | 'ST'
  | 'CL';

/** A record that proves nothing, and why. */
export class RecordRefused extends Error {
  readonly rule: RecordRule;

  constructor(rule: RecordRule, value: string = rule) {
    super(`The meter record breaks the rule ${rule}: ${value}`);
    this.rule = rule;
  }
}

/** What `read` gives, or the rule by which it refuses. Other errors go on. */
export function ruleOrResult<T>(read: () => T): { result: T } | { rule: RecordRule } {
  try {
    return { result: read() };
  } catch (error) {
    if (error instanceof RecordRefused) return { rule: error.rule };
    throw error;
  }
}
