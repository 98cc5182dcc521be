import { PlugpactError } from '../errors.ts';

/** The rule of a record that is not written as contracts/ocmf/Json.sol reads it. */
export const MALFORMED = 'malformed';

/** The fields and rules that the ledger names in `Ocmf_Refused`, and `MALFORMED`. */
export type OcmfRule =
  | typeof MALFORMED
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
  | 'CL'
  | 'incomplete'
  | 'sequence'
  | 'pair'
  | 'register';

/** Why a record proves nothing. */
export class OcmfRefusal extends PlugpactError {
  readonly broken: OcmfRule;

  constructor(broken: OcmfRule, value: string) {
    super({
      code: 'ocmf.refused',
      value,
      rule: `A meter record counts by the rules of docs/decisions/0035-which-meter-records-count.md; this one breaks ${broken}.`,
      remedy: 'The record proves nothing; it stays in the evidence.',
    });
    this.broken = broken;
  }
}

export const refused = (rule: OcmfRule, value = rule as string): OcmfRefusal => new OcmfRefusal(rule, value);

/** What `read` makes, or the rule by which it is refused. Other errors go on. */
export function unlessRefused<T>(read: () => T): { result: T } | { refusedBy: OcmfRule } {
  try {
    return { result: read() };
  } catch (error) {
    if (error instanceof OcmfRefusal) return { refusedBy: error.broken };
    throw error;
  }
}
