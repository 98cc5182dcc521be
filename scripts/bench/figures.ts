/** What a benchmark found: integers with the unit in their name, grouped. */
export interface Figures {
  [name: string]: number | string | Figures;
}

/** One line per figure, its groups before its name. */
export function figureLines(figures: Figures, prefix = ''): string[] {
  return Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object'
      ? figureLines(value, `${prefix}${name}.`)
      : [
          `${`${prefix}${name}`.padEnd(44)} ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
        ],
  );
}
