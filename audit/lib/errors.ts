import { BaseError } from 'viem';

/** What every error of the audit says: the refused value, the rule that it breaks, and the remedy. */
export interface ErrorDetail {
  /** Stable name, `component.reason`; tests and scripts use this, never the text. */
  code: string;
  /** The refused value, as text. */
  value?: string;
  /** The rule that it breaks, in a sentence. */
  rule: string;
  /** What the reader can do about it. */
  remedy: string;
  /** Whether the same command may succeed later. */
  retry?: 'never' | 'later';
}

/** The audit could not run, or was asked for what it cannot do. What it found out is no error but a verdict. */
export class AuditError extends Error {
  readonly code: string;
  readonly value: string | undefined;
  readonly rule: string;
  readonly remedy: string;
  readonly retry: 'never' | 'later';

  constructor({ code, value, rule, remedy, retry = 'never' }: ErrorDetail, options?: ErrorOptions) {
    super([rule, ...(value === undefined ? [] : [`Got ${value}.`]), remedy].join(' '), options);
    this.name = 'AuditError';
    this.code = code;
    this.value = value;
    this.rule = rule;
    this.remedy = remedy;
    this.retry = retry;
  }
}

/** The error when the audit could not run because something could not be read. */
export function unreadable(what: string, error: unknown): AuditError {
  const reason = error instanceof BaseError ? error.shortMessage : String(error);
  return new AuditError(
    {
      code: 'audit.unreadable',
      value: reason.replaceAll('\n', ' ').replace(/\.$/, ''),
      rule: `The audit has to read ${what}.`,
      remedy: 'Check the address after --rpc and the node behind it, then run the audit again.',
      retry: 'later',
    },
    { cause: error },
  );
}
