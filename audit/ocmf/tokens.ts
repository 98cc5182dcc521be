import { RecordRefused } from './refusal.ts';

/** A text, number or word of a payload, one character for each byte. */
export interface Scalar {
  text: string;
  isText: boolean;
}

/** `undefined` stands for an array or an object, whose contents were skipped. */
export type Member = [key: string, value: Scalar | undefined];

const SPACES = / */y;
const TEXT = /"([\x20\x21\x23-\x5b\x5d-\xff]*)"/y;
const WORD = /[A-Za-z0-9.+-]+/y;
/** What may stand between the brackets of a skipped value. */
const FILLING = /[\x20\x21\x23-\x5a\x5e-\x7a\x7c\x7e-\xff]/y;

/** Brackets inside one another, of a value that is skipped. */
const DEPTH_MAX = 16;

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/**
 * Reads a payload from left to right. Narrower than JSON, as the ledger's verifier is: no backslash, no control bytes, no
 * white space but the space, so that a payload can be read in one way only.
 */
export class Tokens {
  readonly #text: string;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#text = Buffer.from(payload).toString('latin1');
  }

  /** The elements of an array or the members of an object, each read by `readOne`. At least one. */
  list(brackets: '[]' | '{}', readOne: () => void): void {
    this.#sign(brackets.charAt(0));
    do readOne();
    while (this.#isMore(brackets.charAt(1)));
  }

  /** The name of a member, and its colon. */
  key(): string {
    this.#take(SPACES);
    const key = this.#required(TEXT);
    this.#sign(':');
    return key;
  }

  value(): Scalar | undefined {
    this.#take(SPACES);
    const next = this.#next();
    if (next in CLOSING) return this.#skipNested();
    const isText = next === '"';
    return { text: this.#required(isText ? TEXT : WORD), isText };
  }

  end(): void {
    if (this.#at !== this.#text.length) throw this.#malformed();
  }

  #next(): string {
    return this.#text.charAt(this.#at);
  }

  #sign(wanted: string): void {
    this.#take(SPACES);
    if (this.#next() !== wanted) throw this.#malformed();
    this.#at++;
  }

  #isMore(closing: string): boolean {
    this.#take(SPACES);
    const found = this.#next();
    this.#sign(found === ',' ? ',' : closing);
    return found === ',';
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found[1] ?? found[0];
  }

  #required(pattern: RegExp): string {
    const found = this.#take(pattern);
    if (found === undefined) throw this.#malformed();
    return found;
  }

  #skipNested(): undefined {
    const awaited: string[] = [];
    do {
      const next = this.#next();
      const closing = CLOSING[next];
      if (next === '"') this.#required(TEXT);
      else if (next === ']' || next === '}') {
        if (awaited.pop() !== next) throw this.#malformed();
        this.#at++;
      } else if (closing !== undefined) {
        this.#at++;
        if (awaited.push(closing) >= DEPTH_MAX) throw this.#malformed();
      } else this.#required(FILLING);
    } while (awaited.length > 0);
    return undefined;
  }

  #malformed(): RecordRefused {
    return new RecordRefused('malformed', `byte ${this.#at}`);
  }
}
