/** Whether asking again, unchanged, may help. */
export type Retry = 'never' | 'later';

/** What every error of ours says: the value that was refused, the rule it broke, and what to do. */
export interface ErrorDetail {
  /** Stable name, `component.reason`; tests and clients look at this, never at the text. */
  code: string;
  /** The refused value, as text. Never a secret. */
  value?: string;
  /** The rule it broke, in a sentence. */
  rule: string;
  /** What the reader can do about it. */
  remedy: string;
  retry?: Retry;
}

export class PlugpactError extends Error {
  readonly code: string;
  readonly value: string | undefined;
  readonly rule: string;
  readonly remedy: string;
  readonly retry: Retry;

  constructor(detail: ErrorDetail, options?: ErrorOptions) {
    const got = detail.value === undefined ? '' : ` Got ${detail.value}.`;
    super(`${detail.rule}${got} ${detail.remedy}`, options);
    this.name = 'PlugpactError';
    this.code = detail.code;
    this.value = detail.value;
    this.rule = detail.rule;
    this.remedy = detail.remedy;
    this.retry = detail.retry ?? 'never';
  }
}
