import type { Answer, DriverMemory, TransactionLimit } from '../driver.ts';

export type RateUnit = 'A' | 'W';

/** How a limit is written for a charge point. */
export interface LimitForm {
  unit: RateUnit;
  /** Whether the schedule ends with a period of 0, so that the charge point itself ends the charge. */
  hasEnd: boolean;
}

export interface LimitFormsParts {
  chargePointId: string;
  memory: Pick<DriverMemory, 'note' | 'setNote'>;
  /** The charge point refuses limits that end with 0: the agent alone ends its charges. */
  onEndRefused: () => void;
}

/**
 * The forms in which a charge point takes a limit, learned from its answers. That it refuses a schedule with a period of
 * 0 is remembered over restarts.
 */
export class LimitForms {
  readonly #parts: LimitFormsParts;
  readonly #note: string;
  #units: readonly RateUnit[] = ['A', 'W'];
  #isEndRefused: boolean;
  #hasTriedWithoutEnd = false;

  constructor(parts: LimitFormsParts) {
    this.#parts = parts;
    this.#note = `limits.endRefused.${parts.chargePointId}`;
    this.#isEndRefused = parts.memory.note<boolean>(this.#note) ?? false;
    if (this.#isEndRefused) parts.onEndRefused();
  }

  /** The units that the charge point reports, best first. */
  setUnits(units: readonly RateUnit[]): void {
    if (units.length > 0) this.#units = units;
  }

  /** The form that is tried first. */
  get first(): LimitForm {
    return { unit: this.#units[0] ?? 'A', hasEnd: !this.#isEndRefused };
  }

  /** Sends a limit in one form after the other until it is not refused. */
  async send({ limitA }: TransactionLimit, sendAs: (form: LimitForm) => Promise<Answer>): Promise<Answer> {
    for (const form of this.#forms(limitA)) {
      if (!form.hasEnd) this.#hasTriedWithoutEnd = true;
      const answer = await sendAs(form);
      if (answer === 'accepted') this.#learn(form, limitA);
      if (answer !== 'refused') return answer;
    }
    return 'refused';
  }

  /** Without its end only where that alone may be the reason for the refusal, and once for each connection. */
  #forms(limitA: number): LimitForm[] {
    const formsOf = (hasEnd: boolean) => this.#units.map((unit) => ({ unit, hasEnd }));
    if (this.#isEndRefused) return formsOf(false);
    return limitA > 0 && !this.#hasTriedWithoutEnd ? [...formsOf(true), ...formsOf(false)] : formsOf(true);
  }

  #learn({ unit, hasEnd }: LimitForm, limitA: number): void {
    this.#units = [unit];
    if (hasEnd || limitA === 0 || this.#isEndRefused) return;
    this.#isEndRefused = true;
    this.#parts.memory.setNote(this.#note, true);
    this.#parts.onEndRefused();
  }
}
