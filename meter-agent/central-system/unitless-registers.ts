import { isWholeOrZero } from '../drivers/meter.ts';

/** Where a reading stands between two units that are a thousand times apart: at the geometric middle. */
const MIDDLE = 32;
/** Energy by the register and by the power agree up to this factor: power is a sample, registers are coarse. */
const AGREEING = 5;
/** So much energy by the reported power decides. */
const DECISIVE_WH = 5;
/** So much energy that the register does not show at all disproves it. */
const DISPROVING_WH = 100;
/** Reported power above this multiple of the listed one is an error of unit. */
const BELIEVABLE_TIMES = 10;
const MAX_WATCHED = 50;

interface Watched {
  firstValue: number;
  /** Energy by the reported power since the first value, Wh. */
  poweredWh: number;
  at: number;
}

/** One value of a register from 0 that names no unit. */
export interface UnitlessValue {
  chargePointId: string;
  connectorId: number;
  transactionId: number;
  value: string;
  /** Reported beside it. */
  powerW: number | undefined;
  maxPowerW: number;
  /** The most that the transaction can have delivered, Wh. */
  limitWh: number;
  /** Unix seconds. */
  at: number;
}

export interface UnitMemory {
  note<T>(key: string): T | undefined;
  setNote(key: string, value: unknown): void;
}

/** What is known of a connector's newest transaction. */
interface Decided {
  transactionId: number;
  decimals: number;
}

const noteOf = ({ chargePointId, connectorId }: UnitlessValue): string =>
  `unitless register ${chargePointId}/${connectorId}`;

const agrees = (aWh: number, bWh: number): boolean => aWh * AGREEING >= bWh && aWh <= bWh * AGREEING;

/**
 * Finds out whether a register that counts from 0 and names no unit is in Wh, as the standard says, or in kWh: by the
 * energy of the power that is reported beside it, and by what power × time allows. Until that is known a fraction is
 * not believed, and nothing that the power disproves: energy would flow without a guard.
 */
export class UnitlessRegisters {
  readonly #memory: UnitMemory;
  readonly #watched = new Map<number, Watched>();

  constructor(memory: UnitMemory) {
    this.#memory = memory;
  }

  /** How many decimals make it Wh; undefined while it cannot be believed. */
  decimalsOf(reading: UnitlessValue): number | undefined {
    const { transactionId, value, limitWh } = reading;
    const decided = this.#memory.note<Decided>(noteOf(reading));
    if (decided?.transactionId === transactionId) return decided.decimals;
    const shown = Number(value);
    if (!Number.isFinite(shown)) return undefined;
    if (shown * 1_000 > limitWh * MIDDLE) return this.#decide(reading, 0);
    const { firstValue, poweredWh } = this.#watch(reading, shown);
    const risen = shown - firstValue;
    if (poweredWh >= DECISIVE_WH && agrees(risen * 1_000, poweredWh)) return this.#decide(reading, 3);
    if (poweredWh >= DECISIVE_WH && agrees(risen, poweredWh)) return this.#decide(reading, 0);
    const isDisproved = poweredWh > DISPROVING_WH && risen * MIDDLE < poweredWh;
    return isWholeOrZero(value) && !isDisproved ? 0 : undefined;
  }

  #watch({ transactionId, powerW = 0, maxPowerW, at }: UnitlessValue, shown: number): Watched {
    const before = this.#watched.get(transactionId) ?? { firstValue: shown, poweredWh: 0, at };
    const believedW = powerW <= maxPowerW * BELIEVABLE_TIMES ? powerW : 0;
    const moreWh = (believedW * Math.max(0, at - before.at)) / 3_600;
    const watched = { ...before, poweredWh: before.poweredWh + moreWh, at };
    this.#watched.set(transactionId, watched);
    const [oldest] = this.#watched.keys();
    if (this.#watched.size > MAX_WATCHED && oldest !== undefined) this.#watched.delete(oldest);
    return watched;
  }

  /** Kept on disk: read in another unit after a restart of the agent, the register would jump. */
  #decide(reading: UnitlessValue, decimals: number): number {
    const { transactionId } = reading;
    this.#watched.delete(transactionId);
    this.#memory.setNote(noteOf(reading), { transactionId, decimals } satisfies Decided);
    return decimals;
  }
}
