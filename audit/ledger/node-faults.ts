import type { Hex } from 'viem';
import type { Discrepancy } from '../lib/discrepancy.ts';

/** Something that the node got wrong: a discrepancy of the code `node.…`, since nothing read from it can be trusted. */
export type Fault = Discrepancy;

/** Of one kind of fault, more than these are counted and not listed. */
const LISTED = 2;

/** Faults of a node, by kind: some of each, and how many more there are. */
export class Faults {
  readonly #byCode = new Map<string, { first: Fault[]; count: number }>();

  add(code: string, expected: string, found: string, tx?: Hex): void {
    const known = this.#byCode.get(code) ?? { first: [], count: 0 };
    known.count += 1;
    if (known.first.length < LISTED)
      known.first.push({ code, expected, found, ...(tx === undefined ? {} : { tx }) });
    this.#byCode.set(code, known);
  }

  get size(): number {
    return this.#byCode.size;
  }

  /** At most three lines for each kind. */
  list(): Fault[] {
    return [...this.#byCode].flatMap(([code, { first, count }]) => {
      if (count <= LISTED) return first;
      const more = { code, expected: 'nothing of this kind', found: `${count - LISTED} more of the same` };
      return [...first, more];
    });
  }
}
