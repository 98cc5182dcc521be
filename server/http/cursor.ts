import { HttpProblem } from './problem.ts';

const SEPARATOR = '~';

/** Where a page ended: the values by which its list is ordered, as text without a separator. */
export const cursorOf = (...values: (string | number)[]): string => values.join(SEPARATOR);

/**
 * The values of a cursor; undefined where there is none.
 *
 * @param shape What each of them looks like.
 * @throws HttpProblem 400 `input.invalid`.
 */
export function valuesOf(cursor: string | undefined, ...shape: RegExp[]): string[] | undefined {
  if (cursor === undefined) return undefined;
  const values = cursor.split(SEPARATOR);
  if (values.length === shape.length && shape.every((one, i) => one.test(values[i]!))) return values;
  throw new HttpProblem(400, {
    code: 'input.invalid',
    value: 'query.cursor',
    rule: 'A cursor must be one that the page before named.',
    remedy: 'Begin again without a cursor.',
  });
}

export const NUMBER = /^\d{1,13}$/;
export const HEX32 = /^0x[0-9a-f]{64}$/;
