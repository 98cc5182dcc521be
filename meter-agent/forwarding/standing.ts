import type { ForwardAwayReason, ForwardHealth } from '../../protocol/link.ts';
import type { DriverMemory } from '../drivers/driver.ts';

export interface StandingParts {
  memory: DriverMemory;
  nowSec: () => number;
  /** Called at each change, and for the first. */
  onChange: (health: ForwardHealth) => void;
}

/** Since when another central system is on or away, and why: over restarts too. */
export class Standing {
  readonly #parts: StandingParts;
  readonly #note: string;
  #health: ForwardHealth;

  constructor(chargePointId: string, parts: StandingParts) {
    this.#parts = parts;
    this.#note = `forwarding.standing ${chargePointId}`;
    const known = parts.memory.note<ForwardHealth>(this.#note);
    const since = known?.isOn === false ? known.since : parts.nowSec();
    this.#health = { isOn: false, since, reason: 'NO_WALLBOX' };
    parts.onChange(this.#health);
  }

  on(): void {
    if (!this.#health.isOn) this.#become({ isOn: true, since: this.#parts.nowSec() });
  }

  /** Returns whether that is new. */
  away(reason: ForwardAwayReason): boolean {
    const { isOn, since, reason: before } = this.#health;
    if (!isOn && before === reason) return false;
    this.#become({ isOn: false, since: isOn ? this.#parts.nowSec() : since, reason });
    return true;
  }

  #become(health: ForwardHealth): void {
    this.#health = health;
    this.#parts.memory.setNote(this.#note, health);
    this.#parts.onChange(health);
  }
}
