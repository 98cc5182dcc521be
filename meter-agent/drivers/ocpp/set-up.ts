import type { Logger } from 'pino';
import type { ChargePointEvents } from '../charge-point-events.ts';
import type { DriverMemory } from '../driver.ts';
import { NotNow } from './calls.ts';

/** A charge point that restarts because of a setting ends its connection this soon after its answer. */
const RESTARTS_WITHIN_MS = 10_000;

export interface SetUpParts {
  chargePointId: string;
  events: Pick<ChargePointEvents, 'isInUse' | 'healthReported'>;
  memory: Pick<DriverMemory, 'note' | 'setNote'>;
  log: Logger;
}

/** What is known of a charge point's restarts, also by later connections and agents. */
interface Known {
  /** Settings after which it restarted. */
  left: readonly string[];
  /** The settings before a restart, where it may have been any of them. */
  suspects: readonly string[];
  /** None of those could be found to be the one: from then on one is changed at a time. */
  isCautious: boolean;
}

/** A setting that the agent wants, with its values or whatever its version needs to set it. */
export type WantedSetting = readonly [key: string, ...values: unknown[]];

/**
 * The settings that a charge point is to get. None is changed while a charge is asked for or runs: they wait, and the
 * driver asks `isDue` after each message. A setting after which the charge point restarted is left alone for good.
 */
export class SetUp<Setting extends WantedSetting> {
  readonly #parts: SetUpParts;
  readonly #mostAtOnce: number;
  readonly #nowMs: () => number;
  readonly #note: string;
  #known: Known;
  #waiting: Setting[] = [];
  #refused: string[] = [];
  #inFlight: readonly Setting[] = [];
  #isChanging = false;
  #taken: { key: string; atMs: number }[] = [];

  /** `mostAtOnce`: how many settings one call changes. */
  constructor(parts: SetUpParts, mostAtOnce: number, nowMs: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#mostAtOnce = mostAtOnce;
    this.#nowMs = nowMs;
    this.#note = `settings.left.${parts.chargePointId}`;
    this.#known = parts.memory.note<Known>(this.#note) ?? {
      ...{ left: [], suspects: [], isCautious: false },
    };
    this.#reportLeft();
  }

  /**
   * `refused`: those of which is known already that the charge point does not take them. `forgotten`: those that it
   * reports with another value than it is to have; a setting that it accepted and forgot by restarting is the reason.
   */
  begin(
    settings: readonly Setting[],
    refused: readonly string[] = [],
    forgotten: readonly string[] = [],
  ): void {
    const { suspects } = this.#known;
    if (suspects.length > 0) this.#suspect(suspects.filter((key) => forgotten.includes(key)));
    const isLeft = (key: string) => this.#known.left.includes(key);
    this.#waiting = settings.filter(([key]) => !isLeft(key));
    this.#refused = refused.filter((key) => !isLeft(key));
  }

  /** Whether a setting waits that may be changed now. */
  get isDue(): boolean {
    return !this.#isChanging && this.#waiting.length > 0 && this.mayChange();
  }

  /**
   * Changes what may be changed. `change` returns the keys that were refused, and throws where no answer came: then
   * nothing waits any more until the next `begin`. With `NotNow` it waits on.
   */
  async proceed(change: (batch: readonly Setting[]) => Promise<readonly string[]>): Promise<void> {
    if (this.#isChanging) return;
    this.#isChanging = true;
    try {
      while (this.#waiting.length > 0 && this.mayChange()) {
        this.#inFlight = this.#waiting.splice(0, this.#known.isCautious ? 1 : this.#mostAtOnce);
        const refused = await change(this.#inFlight);
        const taken = this.#inFlight.flatMap(([key]) => (refused.includes(key) ? [] : [key]));
        this.#taken.push(...taken.map((key) => ({ key, atMs: this.#nowMs() })));
        this.#refused.push(...refused);
        this.#inFlight = [];
      }
    } catch (error) {
      if (error instanceof NotNow) this.#waiting.unshift(...this.#inFlight);
      else {
        this.#waiting = [];
        throw error;
      }
    } finally {
      this.#isChanging = false;
      this.#inFlight = [];
      if (this.#waiting.length === 0) this.#reportRefused();
    }
  }

  /** The charge point lost its connection or booted again. */
  restarted(): void {
    const suspects = [...new Set([...this.#recent(), ...this.#inFlight.map(([key]) => key)])];
    this.#taken = [];
    if (suspects.length === 1) this.#suspect(suspects);
    else if (suspects.length > 1) this.#keep({ ...this.#known, suspects });
  }

  /** The settings that may be the reason for a restart: exactly one is left alone, else each is tried by itself. */
  #suspect(keys: readonly string[]): void {
    const { left, isCautious } = this.#known;
    const [setting] = keys;
    if (setting === undefined || keys.length > 1) {
      this.#keep({ left, suspects: [], isCautious: true });
      return;
    }
    this.#keep({ left: [...left, setting], suspects: [], isCautious });
    this.#reportLeft();
    const { chargePointId, log } = this.#parts;
    log.warn({ chargePointId, setting }, 'the wallbox restarted after this setting: it is left alone');
  }

  #keep(known: Known): void {
    this.#known = known;
    this.#parts.memory.setNote(this.#note, known);
  }

  /** For each call that changes something, at the moment at which it is made. */
  readonly mayChange = (): boolean => {
    if (this.#known.isCautious && this.#recent().length > 0) return false;
    return !this.#parts.events.isInUse(this.#parts.chargePointId);
  };

  #recent(): string[] {
    this.#taken = this.#taken.filter(({ atMs }) => this.#nowMs() - atMs <= RESTARTS_WITHIN_MS);
    return this.#taken.map(({ key }) => key);
  }

  #reportLeft(): void {
    const { chargePointId, events } = this.#parts;
    const { left } = this.#known;
    if (left.length > 0) events.healthReported(chargePointId, 0, { leftSettings: [...left] });
  }

  #reportRefused(): void {
    const { chargePointId, events, log } = this.#parts;
    const refused = this.#refused;
    events.healthReported(chargePointId, 0, { refusedSettings: [...refused] });
    if (refused.length > 0) log.info({ chargePointId, refused }, 'the wallbox keeps its own settings');
  }
}
