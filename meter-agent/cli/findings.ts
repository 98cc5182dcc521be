/** The result of a check, and what to do about it. */
export interface Finding {
  what: string;
  verdict: 'ok' | 'warn' | 'fail';
  text: string;
  remedy?: string;
}

export const ok = (what: string, text: string): Finding => ({ what, verdict: 'ok', text });

export const warn = (what: string, text: string, remedy: string): Finding => ({
  what,
  verdict: 'warn',
  text,
  remedy,
});

export const fail = (what: string, text: string, remedy: string): Finding => ({
  what,
  verdict: 'fail',
  text,
  remedy,
});

export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
