import { say, type Word } from './speech.ts';

interface Schema<T> {
  safeParse(value: unknown): { data?: T | undefined; error?: unknown };
}

/** An answer's value, checked by the configuration's own schema, whose rule is said in these words where it is broken. */
export function checkedBy<T>(schema: Schema<T>, answer: unknown, rule: Word): T {
  const { data, error } = schema.safeParse(answer);
  if (error === undefined) return data as T;
  throw new Error(say(rule));
}
