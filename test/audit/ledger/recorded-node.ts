import { createPublicClient, custom, type PublicClient } from 'viem';
import { rpc } from '../../support/anvil.ts';
import type { Lie, Question } from '../faults/proxy.ts';

/** A node of a ledger that stands still: it is asked each thing once. */
export class RecordedNode {
  readonly #url: string;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(url: string) {
    this.#url = url;
  }

  ask({ method, params }: Question): Promise<unknown> {
    const key = JSON.stringify([method, params]);
    const known = this.#answers.get(key) ?? rpc(this.#url, method, [...params]);
    this.#answers.set(key, known);
    return known;
  }

  /** A client of it, in this process, that hears what `lie` says in place of each answer. */
  client(lie: Lie = (_, result) => result): PublicClient {
    const request = async ({ method, params = [] }: { method: string; params?: readonly unknown[] }) =>
      lie({ method, params }, structuredClone(await this.ask({ method, params })));
    return createPublicClient({ transport: custom({ request }, { retryCount: 0 }) });
  }
}
