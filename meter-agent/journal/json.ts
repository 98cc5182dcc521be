/** JSON with bigints, written as `{"$bigint": "…"}`: the journal keeps money exactly. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, v) => (typeof v === 'bigint' ? { $bigint: String(v) } : v));

export function fromJson<T>(text: string): T {
  return JSON.parse(text, (_key, v) =>
    typeof v === 'object' && v !== null && typeof v.$bigint === 'string' ? BigInt(v.$bigint) : v,
  );
}
