import { setTimeout as delay } from 'node:timers/promises';
import { RPCClient } from 'ocpp-rpc';
import type { Logger } from 'pino';

/** How long a box waits for the other central system before it gets our answer. */
const PATIENCE_MS = 8_000;
/** How long it waits while the other one is only just being dialled. */
const DIAL_PATIENCE_MS = 2_000;
const REDIAL_MS = { first: 1_000, most: 30_000 };
/** What is kept for it while it is away. Beyond it, the oldest meter values go first. */
const MAX_KEPT = 2_000;

export type Params = Record<string, unknown>;

export interface UpstreamOptions {
  url: string;
  password?: string | undefined;
  chargePointId: string;
  protocol: string;
  /** Where letters wait while the box itself is away. */
  mailbox: Map<string, Letter[]>;
  log: Logger;
}

export interface UpstreamListener {
  /** A call of the other central system; what it returns or throws is the answer. */
  onCall(action: string, params: Params): Promise<unknown>;
  /** The line is up again: what happened meanwhile can be told before what is kept is sent. */
  onUp(): void;
}

export interface Letter {
  action: string;
  /** Made when it is sent: numbers that it names may be learnt from the answer to one before. Null: not any more. */
  make: () => Params | null;
  /** What must not get lost waits for the line. */
  isKept: boolean;
  settle: (outcome: Outcome) => void;
}

/** `away`: it did not get it, or did not answer in time. */
export type Outcome = { is: 'answer'; result: Params } | { is: 'error'; error: Error } | { is: 'away' };

/** Our line to the other central system, on which we are the charge point. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #listener: UpstreamListener;
  #client: RPCClient | undefined;
  #letters: Letter[] = [];
  #dialled: Promise<void> = Promise.resolve();
  #isUp = false;
  #isMissed = false;
  #isSending = false;
  #isClosed = false;
  #redialMs = REDIAL_MS.first;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpstreamOptions, listener: UpstreamListener) {
    this.#options = options;
    this.#listener = listener;
    this.#dial();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Says it in its turn; its answer does not matter to the box. */
  tell(
    action: string,
    make: () => Params | null,
    isKept: boolean,
    onAnswer?: (result: Params) => void,
  ): void {
    if (!isKept && !this.#isUp) return;
    const settle = (outcome: Outcome) => {
      if (outcome.is === 'answer') onAnswer?.(outcome.result);
      if (outcome.is === 'error') this.#log('warn', 'the other central system refused a message', action);
    };
    this.#letters.push({ action, make, isKept, settle });
    this.#dropOldest();
    void this.#send();
  }

  /** Asks in its turn, for as long as a box can be made to wait. */
  async ask(action: string, params: Params, onLate?: (result: Params) => void): Promise<Outcome> {
    if (!this.#isUp) await Promise.race([this.#dialled, delay(DIAL_PATIENCE_MS, undefined, { ref: false })]);
    if (!this.#isUp) return { is: 'away' };
    return new Promise((resolve) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        resolve({ is: 'away' });
      }, PATIENCE_MS);
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        if (isLate && outcome.is === 'answer') onLate?.(outcome.result);
        resolve(outcome);
      };
      this.#letters.push({ action, make: () => params, isKept: false, settle });
      void this.#send();
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#isUp = false;
    this.#forgetAsked();
    const { mailbox, chargePointId } = this.#options;
    mailbox.set(chargePointId, [...(mailbox.get(chargePointId) ?? []), ...this.#letters]);
    this.#client?.close({ code: 1000, reason: 'The charge point is gone.', force: true })?.catch(() => {});
  }

  #dial(): void {
    const { url, password, chargePointId, protocol } = this.#options;
    const client = new RPCClient({
      endpoint: url.replace(/\/+$/, ''),
      identity: chargePointId,
      protocols: [protocol],
      reconnect: false,
      callTimeoutMs: PATIENCE_MS,
      ...(password === undefined ? {} : { password }),
    } as never);
    this.#client = client;
    client.handle((async ({ method, params }: { method: string; params: Params }) =>
      this.#listener.onCall(method, params)) as never);
    client.on('socketError', () => {});
    client.once('close', () => this.#lost(client));
    this.#dialled = client.connect().then(
      () => this.#connected(client),
      (error: Error) => this.#missed(error),
    );
  }

  #connected(client: RPCClient): void {
    if (this.#isClosed) return void client.close({ code: 1000, reason: 'gone', force: true });
    this.#log('info', 'the other central system is on the line');
    this.#isUp = true;
    this.#isMissed = false;
    this.#redialMs = REDIAL_MS.first;
    this.#collect();
    const kept = this.#letters;
    this.#letters = [];
    this.#listener.onUp();
    this.#letters.push(...kept);
    void this.#send();
  }

  /** Told once until it comes back. */
  #missed(error: Error): void {
    if (this.#isClosed || this.#isMissed) return;
    this.#isMissed = true;
    this.#log('warn', 'the other central system is away', undefined, error);
  }

  #lost(client: RPCClient): void {
    if (this.#client !== client || this.#isClosed) return;
    this.#isUp = false;
    this.#forgetAsked();
    this.#timer = setTimeout(() => this.#dial(), this.#redialMs);
    this.#redialMs = Math.min(this.#redialMs * 2, REDIAL_MS.most);
  }

  /** What an older line of the same box left: that line may end after this one began. */
  #collect(): void {
    const { mailbox, chargePointId } = this.#options;
    this.#letters.unshift(...(mailbox.get(chargePointId) ?? []));
    mailbox.delete(chargePointId);
  }

  /** Who waits for an answer gets ours. */
  #forgetAsked(): void {
    const [kept, lost] = [this.#letters.filter((l) => l.isKept), this.#letters.filter((l) => !l.isKept)];
    this.#letters = kept;
    for (const { settle } of lost) settle({ is: 'away' });
  }

  #dropOldest(): void {
    if (this.#letters.length <= MAX_KEPT) return;
    const meter = this.#letters.findIndex(({ action }, index) => index > 0 && action === 'MeterValues');
    this.#letters.splice(meter < 0 ? 1 : meter, 1);
  }

  /** One after the other; a letter leaves the queue when it was answered. */
  async #send(): Promise<void> {
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    this.#collect();
    while (this.#isUp && this.#letters[0] !== undefined) {
      const letter = this.#letters[0];
      const outcome = await this.#deliver(letter);
      // Kept letters of a line that broke are sent again on the next one.
      if (outcome.is === 'away' && letter.isKept && !this.#isUp) break;
      this.#letters = this.#letters.filter((other) => other !== letter);
      letter.settle(outcome);
    }
    this.#isSending = false;
  }

  async #deliver({ action, make }: Letter): Promise<Outcome> {
    const params = make();
    if (params === null) return { is: 'away' };
    try {
      const result = await this.#client?.call(action, params);
      return { is: 'answer', result: (result ?? {}) as Params };
    } catch (error) {
      const { rpcErrorCode } = error as { rpcErrorCode?: string };
      return rpcErrorCode === undefined ? { is: 'away' } : { is: 'error', error: error as Error };
    }
  }

  #log(level: 'info' | 'warn', text: string, action?: string, error?: Error): void {
    const { chargePointId, url, log } = this.#options;
    log[level]({ chargePointId, url, action, detail: error?.message }, text);
  }
}
