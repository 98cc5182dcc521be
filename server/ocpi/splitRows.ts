import { feedError } from './feedError.ts';

/** A row that is longer than allowed has no text. */
export interface Row {
  text: string | undefined;
}

const [QUOTE, BACKSLASH, COMMA] = ['"', '\\', ','].map((c) => c.charCodeAt(0));
const [OPEN_ARRAY, CLOSE_ARRAY] = ['[', ']'].map((c) => c.charCodeAt(0));
const [OPEN_OBJECT, CLOSE_OBJECT] = ['{', '}'].map((c) => c.charCodeAt(0));

/** The member of an OCPI answer that holds the rows. */
const ROWS_KEY = 'data';
/** Characters of an answer beside its rows; OCPI's own have some hundred. */
const MAX_ENVELOPE_CHARS = 10_000;

/**
 * Splits the text of a feed into its rows while it arrives: the elements of the array that is the whole text, or that is
 * the member `data` of an OCPI answer. So memory and the time between two turns of the loop depend on a row and not on
 * the feed, and a row that cannot be read spoils no other.
 */
class RowSplitter {
  private readonly maxRowChars: number;
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  /** The string that was read last outside of the rows: the key before its value. */
  private lastString = '';
  /** Depth of the rows; undefined until their array begins, 0 after its end. */
  private rowDepth: number | undefined;
  private row = '';
  private isTooLong = false;
  /** The answer without its rows. */
  private envelope = '';

  constructor(maxRowChars: number) {
    this.maxRowChars = maxRowChars;
  }

  get isComplete(): boolean {
    return this.rowDepth === 0;
  }

  get hasBegun(): boolean {
    return this.rowDepth !== undefined;
  }

  /** The rows that end in this part of the text. */
  push(text: string): Row[] {
    const rows: Row[] = [];
    let start = 0;
    for (let i = 0; i < text.length && !this.isComplete; i++) {
      const wasInRows = this.hasBegun;
      const ends = this.step(text.charCodeAt(i), text[i]!);
      if (!wasInRows) {
        this.keepEnvelope(this.hasBegun ? '[]' : text[i]!);
        start = i + 1;
      }
      if (!ends) continue;
      this.keep(text.slice(start, i));
      this.take(rows);
      start = i + 1;
    }
    if (this.isComplete) this.keepEnvelope(text.slice(start));
    else if (this.hasBegun) this.keep(text.slice(start));
    return rows;
  }

  /**
   * OCPI's status code of the answer, where it is one of a refusal (5): HTTP may say 200, and the list be empty. Known
   * behind the whole text.
   */
  refusal(): number | undefined {
    try {
      const { status_code: code } = JSON.parse(this.envelope) as { status_code?: unknown };
      return typeof code === 'number' && code >= 2_000 && code <= 4_999 ? code : undefined;
    } catch {
      // Cut behind its rows, or no answer of OCPI's.
      return undefined;
    }
  }

  private keepEnvelope(text: string): void {
    if (this.envelope.length + text.length <= MAX_ENVELOPE_CHARS) this.envelope += text;
  }

  /** Reads a character. Returns whether a row ends before it. */
  private step(code: number, char: string): boolean {
    if (this.inString) {
      this.stepInString(code, char);
      return false;
    }
    if (code === QUOTE) {
      this.inString = true;
      this.lastString = '';
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      this.depth++;
      const isRows = this.depth === 1 || (this.depth === 2 && this.lastString === ROWS_KEY);
      if (code === OPEN_ARRAY && isRows) this.rowDepth ??= this.depth;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      this.depth--;
      if (this.rowDepth === undefined || this.depth >= this.rowDepth) return false;
      this.rowDepth = 0;
      return true;
    } else {
      return code === COMMA && this.depth === this.rowDepth;
    }
    return false;
  }

  private stepInString(code: number, char: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (code === BACKSLASH) this.isEscaped = true;
    else if (code === QUOTE) this.inString = false;
    else if (!this.hasBegun && this.lastString.length <= ROWS_KEY.length) this.lastString += char;
  }

  private keep(text: string): void {
    if (this.row.length + text.length > this.maxRowChars) this.isTooLong = true;
    this.row = this.isTooLong ? '' : this.row + text;
  }

  private take(rows: Row[]): void {
    if (this.isTooLong) rows.push({ text: undefined });
    // An empty array has no row before its end.
    else if (this.row.trim() !== '') rows.push({ text: this.row });
    this.row = '';
    this.isTooLong = false;
  }
}

/**
 * @throws PlugpactError `feed.unreadable` where there is no array of rows, or where it has no end; `feed.refused` where the
 * answer is a refusal.
 */
export async function* splitRows(
  chunks: AsyncIterable<Uint8Array>,
  maxRowChars: number,
): AsyncGenerator<Row[]> {
  // Removes a byte order mark.
  const decoder = new TextDecoder();
  const splitter = new RowSplitter(maxRowChars);
  for await (const chunk of chunks) yield splitter.push(decoder.decode(chunk, { stream: true }));
  const refusal = splitter.refusal();
  if (refusal !== undefined) throw feedError('refused', `status_code ${refusal}`);
  if (splitter.isComplete) return;
  throw feedError('unreadable', splitter.hasBegun ? 'the text ends within the rows' : 'no array of rows');
}
