/** A clock that is further off than this is not used for the slot's end. */
const TOLERANCE_SEC = 60;

/** Messages may come late but never early: the fastest of the newest few shows the clock best. */
const SAMPLES = 5;

/** Messages kept during an outage are not older than this: a clock that is further behind is wrong. */
const OLDEST_KEPT_SEC = 86_400;

/**
 * Kept messages come in a burst, each less late than the one before; a wrong clock is always behind by the same
 * amount.
 */
const STEADY = { withinSec: 3, overSec: 10 };

/** How far a charge point's clock is from ours, by the timestamps of its messages, and when its transactions began. */
export class ChargePointClock {
  #offsets: number[] = [];
  #since = { offsetSec: Number.NaN, at: 0 };
  #provenSec = Number.NaN;
  /** By the charge point's clock. */
  readonly #beganAt = new Map<string | number, number>();

  /** The difference includes the time that the message took. */
  observe(chargePointSec: number, nowSec: number): void {
    const offsetSec = chargePointSec - nowSec;
    this.#offsets = [...this.#offsets, offsetSec].slice(-SAMPLES);
    const isSteady = Math.abs(offsetSec - this.#since.offsetSec) <= STEADY.withinSec;
    if (!isSteady) this.#since = { offsetSec, at: nowSec };
    else if (nowSec - this.#since.at >= STEADY.overSec) this.#provenSec = offsetSec;
  }

  /** The charge point's clock less ours; undefined while its timestamps do not show it. */
  get offsetSec(): number | undefined {
    return this.#offsets.length === 0 || this.isDoubtful ? undefined : Math.max(...this.#offsets);
  }

  /** Either its clock is behind, or these are messages that it kept during an outage. */
  get isDoubtful(): boolean {
    const offsetSec = Math.max(...this.#offsets);
    const mayBeKept = offsetSec < -TOLERANCE_SEC && offsetSec > -OLDEST_KEPT_SEC;
    return mayBeKept && !(Math.abs(offsetSec - this.#provenSec) <= TOLERANCE_SEC);
  }

  /** A clock that is not known yet counts as right: every boot and heartbeat is answered with our time. */
  get isRight(): boolean {
    return Math.abs(this.offsetSec ?? 0) <= TOLERANCE_SEC;
  }

  /** `chargePointSec`: null where the timestamp cannot be read. */
  began(transaction: string | number, chargePointSec: number | null, nowSec: number): void {
    this.#beganAt.set(transaction, chargePointSec ?? nowSec + (this.offsetSec ?? 0));
  }

  /** When a transaction of this connection began, by our clock as far as the difference is known by now. */
  startedAt(transaction: string | number, nowSec: number): number | undefined {
    const beganAt = this.#beganAt.get(transaction);
    return beganAt === undefined ? undefined : Math.min(beganAt - (this.offsetSec ?? 0), nowSec);
  }
}
