import { randomUUID } from 'node:crypto';
import type { ShownCharge, ShownStep } from '../../../protocol/api.ts';
import { chargeAt } from './charge.ts';
import { firstFreeHome } from './free-home.ts';
import { SHOWN_AT } from './homes.ts';
import type { Town } from './town.ts';

/** Long enough to see several signed readings, and the whole story within a minute. */
const CHARGE_SEC = 30;

/** A whole charge for the page to watch: what driver, host and ledger each do, in the order in which it happens. */
export class ShownCharges {
  readonly #town: Town;
  readonly #chargeSec: number;
  #current: ShownCharge | undefined;
  #beginning: Promise<ShownCharge> | undefined;

  constructor(town: Town, chargeSec = CHARGE_SEC) {
    this.#town = town;
    this.#chargeSec = chargeSec;
  }

  get current(): ShownCharge | null {
    return this.#current ?? null;
  }

  /** Begins one, unless one is under way or chooses its home. */
  begin(): Promise<ShownCharge> {
    if (this.#current !== undefined && this.#current.state === 'RUNNING')
      return Promise.resolve(this.#current);
    this.#beginning ??= this.#begin().finally(() => {
      this.#beginning = undefined;
    });
    return this.#beginning;
  }

  async #begin(): Promise<ShownCharge> {
    const home = await firstFreeHome(this.#town, SHOWN_AT);
    const shown: ShownCharge = {
      id: randomUUID(),
      state: home === undefined ? 'FAILED' : 'RUNNING',
      listingId: this.#town.listingIdOf(home ?? SHOWN_AT[0]!),
      steps: [],
    };
    this.#current = shown;
    if (home === undefined) return shown;
    void this.#run(shown, home).then(
      () => {
        shown.state = 'DONE';
      },
      (error: unknown) => {
        console.error(error);
        shown.state = 'FAILED';
      },
    );
    return shown;
  }

  async #run(shown: ShownCharge, home: string): Promise<void> {
    const began = Date.now();
    const add = (side: ShownStep['side'], code: ShownStep['code'], more: Partial<ShownStep> = {}) =>
      void shown.steps.push({ atMs: Date.now() - began, side, code, ...more });
    let beganAt: number | undefined;
    const isEnough = () => beganAt !== undefined && Date.now() - beganAt >= this.#chargeSec * 1_000;
    add('DRIVER', 'ARRIVES');
    await chargeAt(this.#town, home, isEnough, {
      funded: (amount, transactionHash) => add('LEDGER', 'FUNDED', { amount: `${amount}`, transactionHash }),
      booked: (cap, transactionHash) => {
        add('DRIVER', 'SIGNED_BOOKING', { amount: `${cap}` });
        add('LEDGER', 'LOCKED', { amount: `${cap}`, transactionHash });
        add('HOST', 'EXPECTS');
      },
      pluggedIn: () => add('DRIVER', 'PLUGGED_IN'),
      started: () => {
        beganAt = Date.now();
        add('DRIVER', 'STARTED');
        add('HOST', 'GIVES_POWER');
      },
      reading: ({ energyWh, isFinal, seq }, cost) => {
        add('HOST', isFinal ? 'SIGNED_FINAL' : 'SIGNED_READING', { energyWh, seq });
        add('DRIVER', 'COSIGNED', { energyWh, amount: `${cost}`, seq });
      },
      allowed: (cost) => add('DRIVER', 'ALLOWED', { amount: `${cost}` }),
      stopping: () => add('DRIVER', 'STOPPED'),
      unplugged: () => add('DRIVER', 'UNPLUGGED'),
      settled: ({ paid, refunded, energyWh, endedTx }) => {
        const transactionHash = endedTx ?? undefined;
        add('LEDGER', 'PAID', { amount: paid ?? '0', energyWh: energyWh ?? 0, transactionHash });
        add('LEDGER', 'REFUNDED', { amount: refunded ?? '0' });
      },
    });
  }
}
