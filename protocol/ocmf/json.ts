import { MALFORMED, type OcmfRefusal, refused } from './refusal.ts';

/** A string, number or word: of a string, what is between its quotes. */
export interface Scalar {
  /** One character for each byte, so that lengths are the ledger's. */
  text: string;
  isString: boolean;
}

const DEPTH_MAX = 16;
const WORD = /[A-Za-z0-9.+-]/;
const QUOTE = 0x22;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
/** Closing brackets by their opening ones. */
const CLOSING: Readonly<Record<number, number>> = { 91: 0x5d, 123: 0x7d };

/** One character for each byte. */
export const textOfBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/**
 * One strict pass over JSON, the same as contracts/ocmf/Json.sol and JsonReader.sol: no escapes, no control bytes, no
 * white space but the space. Behind the end all bytes are zero, which no step accepts.
 */
export class JsonReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Requires that the text was read exactly to its end. */
  requireEnd(): void {
    if (this.#at !== this.#bytes.length) throw this.#malformed();
  }

  /** Skips spaces, then takes one character that must be `wanted`. */
  expect(wanted: string): void {
    this.#skipSpaces();
    if (this.#byte() !== wanted.charCodeAt(0)) throw this.#malformed();
    this.#at++;
  }

  /** After a member: a comma (there is more) or the closing bracket. */
  more(closing: string): boolean {
    this.#skipSpaces();
    const found = this.#byte();
    if (found !== 0x2c && found !== closing.charCodeAt(0)) throw this.#malformed();
    this.#at++;
    return found === 0x2c;
  }

  /** A key and its colon. */
  key(): string {
    this.expect('"');
    const { text } = this.#string();
    this.expect(':');
    return text;
  }

  /** Any value; undefined for an array or object, which is skipped. */
  value(): Scalar | undefined {
    this.#skipSpaces();
    const found = this.#byte();
    if (found in CLOSING) {
      this.#skipNested();
      return undefined;
    }
    if (found !== QUOTE) return this.#word();
    this.#at++;
    return this.#string();
  }

  #byte(): number {
    return this.#bytes[this.#at] ?? 0;
  }

  #malformed(): OcmfRefusal {
    return refused(MALFORMED, `byte ${this.#at}`);
  }

  #skipSpaces(): void {
    while (this.#byte() === SPACE) this.#at++;
  }

  #scalar(from: number, isString: boolean): Scalar {
    return { text: textOfBytes(this.#bytes.subarray(from, this.#at)), isString };
  }

  /** From after the opening quote to after the closing one. */
  #string(): Scalar {
    const from = this.#at;
    while (this.#byte() >= SPACE && this.#byte() !== QUOTE && this.#byte() !== BACKSLASH) this.#at++;
    if (this.#byte() !== QUOTE) throw this.#malformed();
    const scalar = this.#scalar(from, true);
    this.#at++;
    return scalar;
  }

  #word(): Scalar {
    const from = this.#at;
    while (WORD.test(String.fromCharCode(this.#byte()))) this.#at++;
    if (this.#at === from) throw this.#malformed();
    return this.#scalar(from, false);
  }

  #skipNested(): void {
    const open: number[] = [];
    do {
      const found = this.#byte();
      const closing = CLOSING[found];
      if (found < SPACE || found === BACKSLASH) throw this.#malformed();
      this.#at++;
      if (found === QUOTE) this.#string();
      else if (closing !== undefined) open.push(closing);
      else if ((found === 0x5d || found === 0x7d) && open.pop() !== found) throw this.#malformed();
      if (open.length >= DEPTH_MAX) throw this.#malformed();
    } while (open.length > 0);
  }
}
