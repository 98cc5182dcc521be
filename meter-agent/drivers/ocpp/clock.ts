/** A clock that is further off than this cannot be trusted with the slot's end. */
const TOLERANCE_SEC = 60;

/** Messages may come late, never early: of the newest few, the one that came fastest tells the clock. */
const SAMPLES = 5;

/** How far a box's clock is from ours, by the times that its messages bear. */
export class BoxClock {
  #offsets: number[] = [];

  /** `nowSec` less the message's way to us. */
  saw(boxSec: number, nowSec: number): void {
    this.#offsets = [...this.#offsets, boxSec - nowSec].slice(-SAMPLES);
  }

  /** The box's clock less ours; undefined while it has not told a time. */
  get offsetSec(): number | undefined {
    return this.#offsets.length === 0 ? undefined : Math.max(...this.#offsets);
  }

  /** A clock that nobody has seen yet is taken for right: every boot and heartbeat is answered with ours. */
  get isRight(): boolean {
    return Math.abs(this.offsetSec ?? 0) <= TOLERANCE_SEC;
  }
}
