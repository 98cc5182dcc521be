import type { jsPDF } from 'jspdf';

/** A part of a document, from top to bottom. */
export type PdfBlock =
  | { kind: 'title' | 'heading' | 'text' | 'small'; text: string }
  /** Names at the left, values at the right; strong ones in bold. */
  | { kind: 'rows'; rows: readonly PdfRow[] }
  /** Columns of equal width; the first row names them. */
  | { kind: 'table'; rows: readonly (readonly string[])[] }
  | { kind: 'line' };

export interface PdfRow {
  name: string;
  value: string;
  isStrong?: boolean;
}

/** A document of text: a receipt, a statement, a report. */
export interface PdfDocument {
  title: string;
  language: string;
  blocks: readonly PdfBlock[];
}

/** Millimetres of a page (A4) and its margins. */
const PAGE = { width: 210, height: 297, margin: 20 };
const WIDTH = PAGE.width - 2 * PAGE.margin;
/** Points of type, and the millimetres of a line in it. */
const SIZES = { title: 18, heading: 12, text: 10, small: 8 } as const;
const MM_PER_POINT = 0.3528;
const LINE = 1.4;

/** Characters of Windows-1252 beyond Latin-1: what the standard fonts of PDF have. */
const BEYOND_LATIN = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const REPLACED: Readonly<Record<string, string>> = {
  '\u202f': '\u00a0',
  '\u2009': ' ',
  '\u2212': '–',
  '\u2011': '-',
};

/** Text in the characters that the standard fonts have; `?` stands for any other. */
export const printable = (text: string): string =>
  Array.from(text.normalize('NFC'), (character) => {
    const found = REPLACED[character] ?? character;
    const code = found.codePointAt(0) ?? 0;
    const isLatin = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff);
    return isLatin || BEYOND_LATIN.includes(found) ? found : '?';
  }).join('');

/** Writes blocks from top to bottom, and begins a page where one is full. */
class Writer {
  readonly #pdf: jsPDF;
  #y = PAGE.margin;

  constructor(pdf: jsPDF) {
    this.#pdf = pdf;
  }

  write(block: PdfBlock): void {
    if (block.kind === 'rows') for (const row of block.rows) this.#row(row);
    else if (block.kind === 'table') this.#table(block.rows);
    else if (block.kind === 'line') this.#rule();
    else this.#text(block.text, block.kind);
  }

  #text(text: string, kind: keyof typeof SIZES): void {
    this.#use(kind, kind === 'title' || kind === 'heading');
    if (kind === 'heading') this.#y += 3;
    for (const line of this.#lines(text, WIDTH)) {
      const height = this.#room(kind);
      this.#pdf.text(line, PAGE.margin, this.#y);
      this.#y += height;
    }
    if (kind === 'title') this.#y += 2;
  }

  #row({ name, value, isStrong = false }: PdfRow): void {
    this.#use('text', isStrong);
    const right = this.#lines(value, WIDTH * 0.62);
    const left = this.#lines(name, WIDTH * 0.36);
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      const height = this.#room('text');
      this.#pdf.text(left[at] ?? '', PAGE.margin, this.#y);
      this.#pdf.text(right[at] ?? '', PAGE.margin + WIDTH, this.#y, { align: 'right' });
      this.#y += height;
    }
  }

  #table(rows: readonly (readonly string[])[]): void {
    const width = WIDTH / Math.max(1, rows[0]?.length ?? 1);
    for (const [index, row] of rows.entries()) {
      this.#use('small', index === 0);
      const cells = row.map((cell) => this.#lines(cell, width - 2));
      const most = Math.max(1, ...cells.map((lines) => lines.length));
      for (let at = 0; at < most; at += 1) {
        const height = this.#room('small');
        for (const [column, lines] of cells.entries())
          this.#pdf.text(lines[at] ?? '', PAGE.margin + column * width, this.#y);
        this.#y += height;
      }
    }
  }

  #rule(): void {
    this.#room('text');
    this.#pdf.setDrawColor(180);
    this.#pdf.line(PAGE.margin, this.#y - 2, PAGE.margin + WIDTH, this.#y - 2);
    this.#y += 3;
  }

  #use(kind: keyof typeof SIZES, isBold: boolean): void {
    this.#pdf.setFont('helvetica', isBold ? 'bold' : 'normal');
    this.#pdf.setFontSize(SIZES[kind]);
  }

  #lines(text: string, width: number): string[] {
    return this.#pdf.splitTextToSize(printable(text), width) as string[];
  }

  /** The height of a line, on a new page where this one has no room for it. */
  #room(kind: keyof typeof SIZES): number {
    const height = SIZES[kind] * MM_PER_POINT * LINE;
    if (this.#y + height > PAGE.height - PAGE.margin) {
      this.#pdf.addPage();
      this.#y = PAGE.margin;
    }
    return height;
  }
}

/** The document as a PDF file. The library is loaded when the first one is made. */
export async function makePdf({ title, language, blocks }: PdfDocument): Promise<Blob> {
  const { jsPDF } = await import('jspdf');
  const pdf = new jsPDF({ unit: 'mm', format: 'a4', compress: true });
  pdf.setProperties({ title: printable(title), creator: 'Plugpact' });
  pdf.setLanguage(language as Parameters<typeof pdf.setLanguage>[0]);
  const writer = new Writer(pdf);
  for (const block of blocks) writer.write(block);
  return pdf.output('blob');
}
