/** A clock that is further off than this cannot be trusted with the slot's end. */
const TOLERANCE_SEC = 60;

/** Messages may come late, never early: of the newest few, the one that came fastest tells the clock. */
const SAMPLES = 5;

/** What a box kept for us while we were away is not older than this: one further behind has a wrong clock. */
const OLDEST_KEPT_SEC = 86_400;

/** Kept messages come in a burst, each less late than the one before: a clock is always behind by the same. */
const STEADY = { withinSec: 3, overSec: 10 };

/** How far a box's clock is from ours, by the times that its messages bear, and when its transactions began. */
export class ChargePointClock {
  #offsets: number[] = [];
  #since = { offsetSec: Number.NaN, at: 0 };
  #provenSec = Number.NaN;
  /** By the box's clock. */
  readonly #beganAt = new Map<string | number, number>();

  /** `nowSec` less the message's way to us. */
  saw(chargePointSec: number, nowSec: number): void {
    const offsetSec = chargePointSec - nowSec;
    this.#offsets = [...this.#offsets, offsetSec].slice(-SAMPLES);
    const isSteady = Math.abs(offsetSec - this.#since.offsetSec) <= STEADY.withinSec;
    if (!isSteady) this.#since = { offsetSec, at: nowSec };
    else if (nowSec - this.#since.at >= STEADY.overSec) this.#provenSec = offsetSec;
  }

  /** The box's clock less ours; undefined while it has told no time of which that can be said. */
  get offsetSec(): number | undefined {
    return this.#offsets.length === 0 || this.isDoubtful ? undefined : Math.max(...this.#offsets);
  }

  /** Its clock is behind, or these are messages that it kept while we were away. */
  get isDoubtful(): boolean {
    const offsetSec = Math.max(...this.#offsets);
    const mayBeKept = offsetSec < -TOLERANCE_SEC && offsetSec > -OLDEST_KEPT_SEC;
    return mayBeKept && !(Math.abs(offsetSec - this.#provenSec) <= TOLERANCE_SEC);
  }

  /** A clock that nobody has seen yet is taken for right: every boot and heartbeat is answered with ours. */
  get isRight(): boolean {
    return Math.abs(this.offsetSec ?? 0) <= TOLERANCE_SEC;
  }

  /** `chargePointSec`: null where the box told no time that can be read. */
  began(transaction: string | number, chargePointSec: number | null, nowSec: number): void {
    this.#beganAt.set(transaction, chargePointSec ?? nowSec + (this.offsetSec ?? 0));
  }

  /** When a transaction of this line began, by our clock as far as the difference is known by now. */
  startedAt(transaction: string | number, nowSec: number): number | undefined {
    const beganAt = this.#beganAt.get(transaction);
    return beganAt === undefined ? undefined : Math.min(beganAt - (this.offsetSec ?? 0), nowSec);
  }
}
