interface Schema<T> {
  safeParse(value: unknown): { data?: T | undefined; error?: { issues: { message: string }[] } | undefined };
}

/** An answer's value, checked by the configuration's own rule. Throws the reason why it is invalid. */
export function checkedBy<T>(schema: Schema<T>, answer: unknown): T {
  const { data, error } = schema.safeParse(answer);
  if (error === undefined) return data as T;
  throw new Error(`${error.issues[0]?.message ?? 'It is not valid'}.`);
}
