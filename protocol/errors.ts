/** Whether the same request may succeed later. */
export type Retry = 'never' | 'later';

/** What every error says: the refused value, the rule that it breaks, and the remedy. */
export interface ErrorDetail {
  /** Stable name, `component.reason`; tests and clients use this, never the text. */
  code: string;
  /** The refused value, as text. Never a secret. */
  value?: string;
  /** The rule that it breaks, in a sentence. */
  rule: string;
  /** What the reader can do about it. */
  remedy: string;
  /** What rule and remedy name besides, for those who say them in another language. */
  details?: Readonly<Record<string, string | number>>;
  retry?: Retry;
}

export class PlugpactError extends Error {
  readonly code: string;
  readonly value: string | undefined;
  readonly rule: string;
  readonly remedy: string;
  readonly details: Readonly<Record<string, string | number>>;
  readonly retry: Retry;

  constructor(detail: ErrorDetail, options?: ErrorOptions) {
    const got = detail.value === undefined ? '' : ` Got ${detail.value}.`;
    super(`${detail.rule}${got} ${detail.remedy}`, options);
    this.name = 'PlugpactError';
    this.code = detail.code;
    this.value = detail.value;
    this.rule = detail.rule;
    this.remedy = detail.remedy;
    this.details = detail.details ?? {};
    this.retry = detail.retry ?? 'never';
  }
}
