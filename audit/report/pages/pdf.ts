import { jsPDF } from 'jspdf';
import { type Drawing, type Shape, type Tone, TYPE_SIZE } from '../plots/drawing.ts';
import type { VerdictName } from '../verdict.ts';
import type { Block, ReportDocument } from './content.ts';
import { printable } from './printable.ts';

/** Points of a page (A4) and its margins. */
const PAGE = { width: 595, height: 842, margin: 48 };
const WIDTH = PAGE.width - 2 * PAGE.margin;
const BOTTOM = PAGE.height - PAGE.margin;

type Style = { size: number; isBold?: boolean; before?: number };

const STYLES = {
  title: { size: 16, isBold: true },
  verdict: { size: 12, isBold: true, before: 8 },
  heading: { size: 12, isBold: true, before: 14 },
  text: { size: 9, before: 4 },
  caption: { size: 8, before: 6 },
  small: { size: 7.5 },
} as const satisfies Record<string, Style>;

const LINE = 1.35;
const NAME_WIDTH = 160;

type Rgb = readonly [number, number, number];
const BLACK: Rgb = [26, 29, 33];
const SOFT: Rgb = [89, 97, 107];
const VERDICTS: Readonly<Record<VerdictName, Rgb>> = {
  reconciles: [15, 107, 58],
  reconcilesExceptUnverifiable: [138, 90, 0],
  doesNotReconcile: [179, 38, 30],
};
const TONES: Readonly<Record<Tone, Rgb>> = {
  first: [11, 107, 203],
  second: [180, 84, 10],
  third: [122, 63, 176],
  axis: SOFT,
  grid: [213, 217, 222],
};

/** The report as PDF: text that can be searched, plots as vectors. */
export function pdfOf({ title, blocks }: ReportDocument): Uint8Array {
  const pdf = new jsPDF({ unit: 'pt', format: 'a4', compress: true });
  pdf.setProperties({ title: printable(title), creator: 'plugpact-audit' });
  pdf.setLanguage('en');
  const writer = new Writer(pdf);
  writer.text(title, STYLES.title);
  for (const block of blocks) writer.block(block);
  return new Uint8Array(pdf.output('arraybuffer'));
}

/** Writes blocks from top to bottom, and begins a page where one is full. */
class Writer {
  readonly #pdf: jsPDF;
  #y = PAGE.margin;

  constructor(pdf: jsPDF) {
    this.#pdf = pdf;
  }

  block(block: Block): void {
    switch (block.kind) {
      case 'verdict':
        this.text(block.text, STYLES.verdict, VERDICTS[block.verdict]);
        break;
      case 'heading':
      case 'text':
        this.text(block.text, STYLES[block.kind]);
        break;
      case 'facts':
        for (const [name, value] of block.rows) this.#fact(name, value);
        break;
      case 'entries':
        for (const lines of block.entries) this.text(lines.join('\n'), STYLES.text);
        break;
      case 'table':
        this.#row(block.header, block.figuresFrom, true);
        for (const row of block.rows) this.#row(row, block.figuresFrom, false);
        break;
      case 'plots':
        for (const drawing of block.drawings) this.#plot(drawing);
    }
  }

  text(text: string, style: Style, colour: Rgb = BLACK): void {
    this.#use(style, colour);
    this.#y += style.before ?? 0;
    // A heading is not left alone at the end of a page.
    if (style.isBold) this.#room(4 * style.size * LINE);
    for (const line of this.#lines(text, WIDTH)) this.#line(line, style);
  }

  #line(line: string, { size }: Style): void {
    this.#room(size * LINE);
    this.#pdf.text(line, PAGE.margin, this.#y + size);
    this.#y += size * LINE;
  }

  #fact(name: string, value: string): void {
    const { size } = STYLES.text;
    this.#use(STYLES.text);
    const left = this.#lines(name, NAME_WIDTH - 8);
    const right = this.#lines(value, WIDTH - NAME_WIDTH);
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      this.#room(size * LINE);
      this.#pdf.setTextColor(...SOFT).text(left[at] ?? '', PAGE.margin, this.#y + size);
      this.#pdf.setTextColor(...BLACK).text(right[at] ?? '', PAGE.margin + NAME_WIDTH, this.#y + size);
      this.#y += size * LINE;
    }
  }

  #row(cells: readonly string[], figuresFrom: number, isHead: boolean): void {
    const { size } = STYLES.small;
    this.#use({ size, isBold: isHead });
    this.#room(size * LINE);
    const width = WIDTH / cells.length;
    for (const [index, cell] of cells.entries()) {
      const x = PAGE.margin + index * width;
      const text = printable(cell);
      if (index < figuresFrom) this.#pdf.text(text, x, this.#y + size);
      else this.#pdf.text(text, x + width - 4, this.#y + size, { align: 'right' });
    }
    this.#y += size * LINE;
  }

  #plot(drawing: Drawing): void {
    this.#room(drawing.height + 40);
    this.text(`${drawing.title}. ${drawing.description}`, STYLES.caption);
    for (const shape of drawing.shapes) this.#shape(shape);
    this.#y += drawing.height;
  }

  #shape(shape: Shape): void {
    const pdf = this.#pdf;
    const [left, top] = [PAGE.margin, this.#y];
    if (shape.kind === 'text') {
      pdf.setFont('helvetica', 'normal').setFontSize(TYPE_SIZE - 2);
      const options = { align: ({ start: 'left', middle: 'center', end: 'right' } as const)[shape.anchor] };
      pdf.setTextColor(...SOFT).text(printable(shape.text), left + shape.x, top + shape.y, options);
    } else if (shape.kind === 'rect') {
      pdf.setFillColor(...TONES[shape.tone]);
      pdf.rect(left + shape.x, top + shape.y, shape.width, shape.height, 'F');
    } else {
      const isThin = shape.tone === 'axis' || shape.tone === 'grid';
      pdf.setDrawColor(...TONES[shape.tone]).setLineWidth(isThin ? 0.5 : 1.5);
      pdf.setLineDashPattern(shape.isDashed ? [4, 3] : [], 0);
      for (const [index, [x, y]] of shape.points.slice(1).entries()) {
        const [fromX, fromY] = shape.points[index]!;
        pdf.line(left + fromX, top + fromY, left + x, top + y);
      }
    }
  }

  #use({ size, isBold = false }: Style, colour: Rgb = BLACK): void {
    this.#pdf.setFont('helvetica', isBold ? 'bold' : 'normal').setFontSize(size);
    this.#pdf.setTextColor(...colour);
  }

  #lines(text: string, width: number): string[] {
    return text.split('\n').flatMap((line) => this.#pdf.splitTextToSize(printable(line), width) as string[]);
  }

  /** Begins a page where this one has not so much left. */
  #room(height: number): void {
    if (this.#y + height <= BOTTOM) return;
    this.#pdf.addPage();
    this.#y = PAGE.margin;
  }
}
