/** In every text that holds a bigint. */
const BIGINT = '"$bigint"';

const withBigints = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? { $bigint: String(value) } : value;

/** Most of what is written has none: it is written without asking for each of its values. */
function hasBigint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  for (const inner of Object.values(value)) if (hasBigint(inner)) return true;
  return false;
}

/** JSON with bigints, written as `{"$bigint": "…"}`: the journal keeps money exactly. */
export const toJson = (value: unknown): string =>
  hasBigint(value) ? JSON.stringify(value, withBigints) : JSON.stringify(value);

export function fromJson<T>(text: string): T {
  if (!text.includes(BIGINT)) return JSON.parse(text);
  return JSON.parse(text, (_key, v) =>
    typeof v === 'object' && v !== null && typeof v.$bigint === 'string' ? BigInt(v.$bigint) : v,
  );
}
