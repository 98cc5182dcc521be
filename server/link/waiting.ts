import { createCapacity } from '../http/capacity.ts';
import { agentBusy, agentTimeout } from './replies.ts';

/** Requests that wait for their replies, by id. */
export interface Waiting<R> {
  /**
   * Sends a request to an agent, and waits for its reply.
   *
   * @throws HttpProblem 504 `agent.timeout`, 503 `agent.busy`, or what it is rejected with.
   */
  ask(request: Asked): Promise<R>;
  resolve(requestId: string, reply: R): void;
  reject(requestId: string, error: Error): void;
  rejectAll(error: () => Error): void;
}

export interface Asked {
  agentKey: string;
  requestId: string;
  timeoutMs: number;
  send(): void;
}

interface Pending<R> {
  resolve(reply: R): void;
  reject(error: Error): void;
}

/** So many requests may wait for one agent. */
export function createWaiting<R>(perAgent: number): Waiting<R> {
  const pending = new Map<string, Pending<R>>();
  const capacity = createCapacity({ total: Number.POSITIVE_INFINITY, perKey: perAgent });
  return {
    async ask({ agentKey, requestId, timeoutMs, send }) {
      const giveBack = capacity.take(agentKey);
      if (giveBack === undefined) throw agentBusy(perAgent);
      const { promise, resolve, reject } = Promise.withResolvers<R>();
      pending.set(requestId, { resolve, reject });
      const timer = setTimeout(() => reject(agentTimeout(timeoutMs)), timeoutMs);
      try {
        send();
        return await promise;
      } finally {
        clearTimeout(timer);
        pending.delete(requestId);
        giveBack();
      }
    },
    resolve: (requestId, reply) => pending.get(requestId)?.resolve(reply),
    reject: (requestId, error) => pending.get(requestId)?.reject(error),
    rejectAll(error) {
      for (const { reject } of pending.values()) reject(error());
    },
  };
}
