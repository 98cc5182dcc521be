import type { LocalAuthorization } from '../central-system/local-authorization.ts';
import type { AgentConfig } from '../config/config.ts';
import { Outbox, type OutboxStore } from './outbox.ts';

/** Who else hears a box. */
export interface Forwarding {
  localAuthorization: LocalAuthorization;
  forwards: (chargePointId: string) => Target | undefined;
  outboxOf: (chargePointId: string) => Outbox;
}

export interface Target {
  url: string;
  password?: string | undefined;
}

export function forwardingOf(
  { chargePoints }: Pick<AgentConfig, 'chargePoints'>,
  localAuthorization: LocalAuthorization,
  store: OutboxStore,
): Forwarding {
  const forwards = (id: string) => (Object.hasOwn(chargePoints, id) ? chargePoints[id]?.forward : undefined);
  store.dropMessagesExceptOf(Object.keys(chargePoints).filter((id) => forwards(id) !== undefined));
  const known = new Map<string, Outbox>();
  const outboxOf = (id: string): Outbox => {
    const letters = known.get(id) ?? new Outbox(id, store);
    known.set(id, letters);
    return letters;
  };
  return { localAuthorization, forwards, outboxOf };
}
