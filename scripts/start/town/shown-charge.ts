import { randomUUID } from 'node:crypto';
import type { ShownCharge, ShownStep } from '../../../protocol/api.ts';
import { chargeAt } from './charge.ts';
import { SHOWN_AT } from './homes.ts';
import type { Town } from './town.ts';

/** Long enough to see several signed readings, and the whole story within a minute. */
const CHARGE_SEC = 30;

/** A whole charge for the page to watch: what driver, host and ledger each do, in the order in which it happens. */
export class ShownCharges {
  readonly #town: Town;
  #current: ShownCharge | undefined;

  constructor(town: Town) {
    this.#town = town;
  }

  get current(): ShownCharge | null {
    return this.#current ?? null;
  }

  /** Begins one, unless one is under way. */
  begin(): ShownCharge {
    if (this.#current !== undefined && this.#current.state === 'RUNNING') return this.#current;
    const shown: ShownCharge = {
      id: randomUUID(),
      state: 'RUNNING',
      listingId: this.#town.listingIdOf(SHOWN_AT),
      steps: [],
    };
    this.#current = shown;
    void this.#run(shown).then(
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

  async #run(shown: ShownCharge): Promise<void> {
    const began = Date.now();
    const add = (side: ShownStep['side'], code: ShownStep['code'], more: Partial<ShownStep> = {}) =>
      void shown.steps.push({ atMs: Date.now() - began, side, code, ...more });
    let beganAt: number | undefined;
    const isEnough = () => beganAt !== undefined && Date.now() - beganAt >= CHARGE_SEC * 1_000;
    add('DRIVER', 'ARRIVES');
    await chargeAt(this.#town, SHOWN_AT, isEnough, {
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
