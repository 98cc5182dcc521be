/** A longer text that is no JSON is not mended: the longest frames hold signed data, which is not written by hand. */
const LONGEST = 65_536;

const BLANK = /[\s\p{Cc}]*/uy;
const TOKEN = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{}[\],:]|[^\s\p{Cc}"{}[\],:]+/uy;

/** A sound escape, a backslash that begins none, or a control byte. */
const IN_TEXT = /\\(?:["\\/bfnrt]|u[0-9a-f]{4})|\\|\p{Cc}/giu;

/** What firmware prints where it has no value. */
const NOTHING = /^(?:-?nan|undefined|none|null|-?inf(?:inity)?)$/i;

/** A text as JSON writes it: control bytes and stray backslashes are spelled out, nothing is left out. */
const mendedString = (token: string): string =>
  token.replace(IN_TEXT, (found) => {
    if (found.length > 1) return found;
    return found === '\\' ? '\\\\' : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  for (let at = 0; ; at = TOKEN.lastIndex) {
    BLANK.lastIndex = at;
    BLANK.exec(text);
    TOKEN.lastIndex = BLANK.lastIndex;
    if (TOKEN.lastIndex === text.length) return tokens;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) return undefined;
    tokens.push(token.startsWith('"') ? mendedString(token) : token);
  }
}

/** What has been written so far, and in which braces and brackets. */
class Writer {
  readonly #out: string[] = [];
  readonly #open: string[] = [];

  get text(): string {
    return this.#out.join('');
  }

  take(token: string): void {
    const isEnd = token === '}' || token === ']';
    if ((isEnd || token === ',') && this.#last === ':') this.#out.push('null');
    // No element of a list is left out in its midst: those behind it would take its place.
    if (isEnd && this.#last === ',') this.#out.pop();
    const isInObject = this.#open.at(-1) === '{';
    if (token === ',' && isInObject && (this.#last === ',' || this.#last === '{')) return;
    if (token === '{' || token === '[') this.#open.push(token);
    if (isEnd) this.#open.pop();
    this.#out.push(NOTHING.test(token) && this.#last === ':' ? 'null' : token);
  }

  get #last(): string | undefined {
    return this.#out.at(-1);
  }
}

/**
 * The text of a frame that is no JSON, mended where the meaning is beyond doubt: a byte order mark and control bytes
 * around it, control bytes and stray backslashes in texts, a value that is missing (it becomes `null`), a comma too
 * many. Digits, words and the order of a list are never changed. Undefined where that does not make it JSON.
 */
export function mendedText(text: string): string | undefined {
  const tokens = text.length > LONGEST ? undefined : tokensOf(text);
  if (tokens === undefined) return undefined;
  const writer = new Writer();
  for (const token of tokens) writer.take(token);
  return isJson(writer.text) ? writer.text : undefined;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
