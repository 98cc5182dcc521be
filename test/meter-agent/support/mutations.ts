import fc from 'fast-check';

/** What no parser expects: by itself, or in place of a value. */
const NASTY: readonly unknown[] = [
  null,
  true,
  '',
  [],
  {},
  0,
  -1,
  1e308,
  -1e308,
  2 ** 53,
  1.5,
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '9'.repeat(400),
  '1e999999999',
  '0x10',
  'NaN',
  'x'.repeat(5_000),
  '1970-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  { toString: 1, valueOf: null },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  [[[[[[[[]]]]]]]],
];

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** A sound value with one part of it, itself included, made nasty. */
export const nearly = (value: unknown): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.constantFrom(...pathsOf(value)), fc.oneof(fc.constantFrom(...NASTY), fc.jsonValue()))
    .map(([path, by]) => replaced(value, path, by));

/** A text with some of it cut out, put in, doubled, or changed. */
export const torn = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(12),
      fc.oneof(fc.string({ maxLength: 6 }), fc.constant(text.slice(0, 40))),
    )
    .map(([at, length, by]) => text.slice(0, at) + by + text.slice(at + length));

/** Nested so deeply that a recursive reader runs out of stack. */
export const deep: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}']), fc.constantFrom(50, 5_000, 50_000))
  .map(
    ([[open = '', close = ''], depth]) =>
      open.repeat(depth) + (close === ']' ? '' : '1') + close.repeat(depth),
  );
