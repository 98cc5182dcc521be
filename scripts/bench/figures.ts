/** Results of a benchmark: integers with the unit in their name, grouped. */
export interface Figures {
  [name: string]: number | string | Figures;
}

/** Figures, and notes on what they include. */
export interface Bench {
  figures: Figures;
  notes: readonly string[];
}

/** Each figure by its name, with its groups as a prefix. */
export function flat(figures: Figures, prefix = ''): [name: string, value: number | string][] {
  return Object.entries(figures).flatMap(([name, value]): [string, number | string][] =>
    typeof value === 'object' ? flat(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value]],
  );
}

/** One line per figure. */
export const figureLines = (figures: Figures): string[] =>
  flat(figures).map(
    ([name, value]) => `${name.padEnd(44)} ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
  );
