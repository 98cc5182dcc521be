import type { ForwardAwayReason } from '../../protocol/link.ts';
import type { InitialState } from './initial-state.ts';
import type { Outcome, Params } from './outbox.ts';
import type { Upstream } from './upstream.ts';

/** When a boot is told again that was answered without an interval, or not at all. */
const AGAIN_SEC = 60;
const MAX_AGAIN_SEC = 86_400;

/** A central system that does not know boots does not wait for one. */
const UNKNOWN = /^Not(Implemented|Supported)$/;

const isAccepted = (outcome: Outcome): boolean =>
  (outcome.is === 'answer' && outcome.result.status === 'Accepted') ||
  (outcome.is === 'error' && UNKNOWN.test((outcome.error as { rpcErrorCode?: string }).rpcErrorCode ?? ''));

function reasonOf(outcome: Outcome): ForwardAwayReason {
  if (outcome.is === 'away') return outcome.why === 'invalid' ? 'BAD_ANSWER' : 'NO_ANSWER';
  return outcome.is === 'answer' && outcome.result.status === 'Pending' ? 'PENDING' : 'REJECTED';
}

/** Tells the other central system of the charge point's boot, again at its interval until it accepts it. */
export class Registration {
  readonly #state: InitialState;
  readonly #upstream: Upstream;
  #told = 0;
  #isTelling = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(state: InitialState, upstream: Upstream) {
    this.#state = state;
    this.#upstream = upstream;
  }

  /** On a new connection: a boot that the other central system has not accepted yet comes before everything. */
  connected(): void {
    const { boot } = this.#state;
    // One that has just come goes out on this connection.
    if (this.#isTelling) return;
    if (boot === null) this.#upstream.begin();
    else void this.tell(boot);
  }

  /** Resolves to its answer if it accepts the boot. */
  async tell(boot: Params): Promise<Params | undefined> {
    clearTimeout(this.#timer);
    this.#state.booted(boot);
    this.#told += 1;
    const number = this.#told;
    this.#isTelling = true;
    const outcome = await this.#upstream.register(boot);
    // Meanwhile it was told again.
    if (number !== this.#told) return undefined;
    this.#isTelling = false;
    // Not connected: it is told on the next connection.
    if (outcome.is === 'away' && outcome.why === undefined) return undefined;
    if (isAccepted(outcome)) {
      this.#state.booted(null);
      this.#upstream.accept();
      return outcome.is === 'answer' ? outcome.result : undefined;
    }
    this.#upstream.refuse(reasonOf(outcome));
    const { interval } = outcome.is === 'answer' ? outcome.result : {};
    const seconds = Number(interval) > 0 ? Math.min(Number(interval), MAX_AGAIN_SEC) : AGAIN_SEC;
    this.#timer = setTimeout(() => void this.tell(boot), seconds * 1_000);
    return undefined;
  }

  close(): void {
    this.#told += 1;
    clearTimeout(this.#timer);
  }
}
