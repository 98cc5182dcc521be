/** A cell: integers and text; nothing for what does not apply. */
export type Cell = string | number | bigint | boolean | undefined;

/** A column: its header, with the unit in it, and its cell of a row. */
export type Column<Row> = readonly [header: string, cell: (row: Row) => Cell];

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const line = (cells: readonly Cell[]): string =>
  `${cells.map((cell) => quoted(cell === undefined ? '' : String(cell))).join(',')}\r\n`;

/** Rows as RFC 4180 has them, with a header, in pieces for a stream. */
export function* csvLines<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): Generator<string> {
  yield line(columns.map(([header]) => header));
  for (const row of rows) yield line(columns.map(([, cell]) => cell(row)));
}
