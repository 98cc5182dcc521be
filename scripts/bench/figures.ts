/** Results of a benchmark: integers with the unit in their name, grouped; null where there is nothing to measure. */
export interface Figures {
  [name: string]: number | string | null | Figures | readonly Figures[];
}

/** Figures, and notes on what they include. */
export interface Bench {
  figures: Figures;
  notes: readonly string[];
}

type Figure = [name: string, value: number | string | null];

/** Each figure by its name, with its groups as a prefix; of a list, the number of the entry. */
export function flat(figures: Figures | readonly Figures[], prefix = ''): Figure[] {
  return Object.entries(figures).flatMap(([name, value]): Figure[] =>
    typeof value === 'object' && value !== null
      ? flat(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value]],
  );
}

/** One line per figure. */
export const figureLines = (figures: Figures): string[] =>
  flat(figures).map(
    ([name, value]) =>
      `${name.padEnd(44)} ${typeof value === 'number' ? value.toLocaleString('en') : (value ?? '–')}`,
  );

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));
