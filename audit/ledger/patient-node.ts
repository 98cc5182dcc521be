import { setTimeout as delay } from 'node:timers/promises';
import { post, type RpcCall, type RpcOutcome } from './json-rpc.ts';
import { NodeRefusal } from './refusals.ts';

/** Calls in one HTTP request, and HTTP requests at the same time: no node is overloaded. */
const BATCH_SIZE = 100;
const POSTS_AT_ONCE = 4;

/** How often a call is asked again, by the kind of refusal; every other kind is final. */
const ATTEMPTS = { rateLimited: 10, unreachable: 3 } as const;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** A node that wants a longer pause than this is not waited for. */
const LONGEST_ASKED_MS = 120_000;

interface Waiting extends RpcCall {
  attempts: number;
  done: (outcome: RpcOutcome) => void;
}

/** What a node is reached by; tests replace both. */
export interface NodeAccess {
  post: (calls: readonly RpcCall[]) => Promise<RpcOutcome[]>;
  wait: (ms: number) => Promise<unknown>;
}

/**
 * Milliseconds until a call is asked again, by how often it was refused; undefined when it is not. A pause that the node
 * asks for counts before one of our own.
 */
export function pauseAfter({ kind, retryAfterMs }: NodeRefusal, attempts: number): number | undefined {
  const most = kind === 'rateLimited' || kind === 'unreachable' ? ATTEMPTS[kind] : 0;
  if (attempts >= most || (retryAfterMs ?? 0) > LONGEST_ASKED_MS) return undefined;
  return retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);
}

/** One node: calls are sent in batches, and asked again when it is busy. A node that takes no batches gets single calls. */
export class PatientNode {
  readonly #access: NodeAccess;
  #queue: Waiting[] = [];
  #posts = 0;
  #takesBatches = true;
  #isScheduled = false;
  /** While it is set, nothing is sent: the node asked for a pause. */
  #pause: Promise<unknown> | undefined;

  constructor(access: NodeAccess) {
    this.#access = access;
  }

  static at(url: string): PatientNode {
    return new PatientNode({ post: (calls) => post(url, calls), wait: delay });
  }

  /** The result, `null` included. @throws NodeRefusal */
  async request({ method, params }: RpcCall): Promise<unknown> {
    const outcome = await new Promise<RpcOutcome>((done) => {
      this.#queue.push({ method, params, attempts: 0, done });
      this.#schedule();
    });
    if ('refusal' in outcome) throw outcome.refusal;
    return outcome.result;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Calls of the same moment travel together.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sendNext();
    });
  }

  #sendNext(): void {
    while (this.#pause === undefined && this.#posts < POSTS_AT_ONCE && this.#queue.length > 0) {
      const calls = this.#queue.splice(0, this.#nextSize());
      this.#posts += 1;
      void this.#send(calls).finally(() => {
        this.#posts -= 1;
        this.#schedule();
      });
    }
  }

  /** Answers with logs are large: each has a request of its own. */
  #nextSize(): number {
    if (!this.#takesBatches) return 1;
    const logs = this.#queue.slice(0, BATCH_SIZE).findIndex(({ method }) => method === 'eth_getLogs');
    return logs === -1 ? BATCH_SIZE : Math.max(1, logs);
  }

  async #send(calls: readonly Waiting[]): Promise<void> {
    const outcomes = await this.#access.post(calls).catch((error: unknown): RpcOutcome[] => {
      const refusal = error instanceof NodeRefusal ? error : new NodeRefusal('refused', String(error));
      return calls.map(() => ({ refusal }));
    });
    if (this.#refusesBatches(calls, outcomes)) {
      this.#takesBatches = false;
      this.#queue.unshift(...calls);
      return;
    }
    for (const [index, call] of calls.entries()) this.#settle(call, outcomes[index]!);
  }

  /** One refusal for all calls of a batch, which is neither haste nor the line. */
  #refusesBatches(calls: readonly Waiting[], outcomes: readonly RpcOutcome[]): boolean {
    if (calls.length === 1) return false;
    const refusals = outcomes.map((outcome) => ('refusal' in outcome ? outcome.refusal : undefined));
    const [first] = refusals;
    const isFinal = first?.kind === 'refused' || first?.kind === 'tooMany';
    return isFinal && refusals.every((each) => each === first);
  }

  #settle(call: Waiting, outcome: RpcOutcome): void {
    call.attempts += 1;
    const pauseMs = 'refusal' in outcome ? pauseAfter(outcome.refusal, call.attempts) : undefined;
    if (pauseMs === undefined) {
      call.done(outcome);
      return;
    }
    this.#queue.push(call);
    this.#pause ??= this.#access.wait(pauseMs).finally(() => {
      this.#pause = undefined;
      this.#schedule();
    });
  }
}
