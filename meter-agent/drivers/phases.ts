/** A quantity of all phases together, or of one of them. */
type Part = 'total' | 'L1' | 'L2' | 'L3';

/** Values between two phases, and those of the neutral conductor, are parts of no total. */
const PARTS: Readonly<Record<string, Part>> = {
  L1: 'L1',
  L2: 'L2',
  L3: 'L3',
  'L1-N': 'L1',
  'L2-N': 'L2',
  'L3-N': 'L3',
};

const QUANTITIES = ['energy', 'power'] as const;
type Quantity = (typeof QUANTITIES)[number];

/** As it is stored. */
export type ShownParts = Readonly<Record<Quantity, readonly string[]>>;

/** One quantity in one sample: the first value of each part, in thousandths of Wh or W. */
export type PartValues = Map<Part, bigint>;

/** Adds a value under its phase, if it is the first of that phase. */
export function addPart(
  values: PartValues,
  phase: string | undefined,
  thousandths: bigint | undefined,
): void {
  const part = phase === undefined ? 'total' : PARTS[phase];
  if (part === undefined || thousandths === undefined || values.has(part)) return;
  values.set(part, thousandths);
}

/**
 * What a transaction has shown so far of each quantity: its total, or phases. Where a sample has no total, the sum of its
 * phases is the total, but only if none is missing that the transaction has shown before: otherwise a register would
 * fall. Once a total was shown, totals alone count.
 */
export class ShownPhases {
  readonly #shown: Record<Quantity, readonly string[]>;
  #isChanged = false;

  constructor(shown: ShownParts = { energy: [], power: [] }) {
    this.#shown = { ...shown };
  }

  /** What is to be stored; undefined where nothing new was shown. */
  get changed(): ShownParts | undefined {
    return this.#isChanged ? this.#shown : undefined;
  }

  /** The total in thousandths; undefined where this sample does not show it. */
  totalOf(quantity: Quantity, values: PartValues): bigint | undefined {
    const total = values.get('total');
    const known = this.#shown[quantity];
    const isTotal = total !== undefined || known.includes('total');
    const all = isTotal ? ['total'] : [...new Set([...known, ...values.keys()])];
    if (all.join() !== known.join()) {
      this.#shown[quantity] = all;
      this.#isChanged = true;
    }
    if (isTotal) return total;
    const isWhole = values.size > 0 && all.length === values.size;
    return isWhole ? [...values.values()].reduce((sum, value) => sum + value, 0n) : undefined;
  }
}
