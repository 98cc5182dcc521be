import { childrenOf, type Node, type Parsed, rangeOf } from './ast.ts';

/** Rewrites one node; undefined leaves it unchanged except for its children. */
export type Visit = (node: Node, text: Text) => string | undefined;

/** A source whose nodes are replaced by the results of `visit`, from the inside out. */
export class Text {
  readonly #bytes: Buffer;
  readonly #visit: Visit;

  constructor(bytes: Buffer, visit: Visit) {
    this.#bytes = bytes;
    this.#visit = visit;
  }

  /** The same source under another visitor. */
  static within(text: Text, visit: Visit): Text {
    return new Text(text.#bytes, visit);
  }

  /** The rewritten node. Call it once for each node, since each mark is counted where it is made. */
  of(node: Node): string {
    return this.#visit(node, this) ?? this.below(node);
  }

  /** The node unchanged, with its children rewritten. */
  below(node: Node): string {
    const { from, to } = rangeOf(node);
    let at = from;
    let text = '';
    for (const child of childrenOf(node)) {
      const range = rangeOf(child);
      if (range.from < at || range.to > to) continue;
      text += this.#slice(at, range.from) + this.of(child);
      at = range.to;
    }
    return text + this.#slice(at, to);
  }

  /** The node unchanged, except for one of its descendants. */
  around(node: Node, below: Node, rewritten: string): string {
    const [outer, inner] = [rangeOf(node), rangeOf(below)];
    return this.#slice(outer.from, inner.from) + rewritten + this.#slice(inner.to, outer.to);
  }

  /** The node unchanged. */
  raw(node: Node): string {
    const { from, to } = rangeOf(node);
    return this.#slice(from, to);
  }

  #slice(from: number, to: number): string {
    return this.#bytes.subarray(from, to).toString();
  }
}

/** The whole file, rewritten; the text before the first node (the licence) is unchanged. */
export function rewrite({ bytes, root }: Parsed, visit: Visit): string {
  const { from, to } = rangeOf(root);
  return bytes.subarray(0, from).toString() + new Text(bytes, visit).of(root) + bytes.subarray(to).toString();
}
