import type { House } from '../central-system/local-authorization.ts';
import type { AgentConfig } from '../config/config.ts';
import { type LetterStore, Letters } from './outbox.ts';

/** Who else hears a box. */
export interface Forwarding {
  house: House;
  forwards: (chargePointId: string) => Target | undefined;
  lettersOf: (chargePointId: string) => Letters;
}

export interface Target {
  url: string;
  password?: string | undefined;
}

export function forwardingOf(
  { chargePoints }: Pick<AgentConfig, 'chargePoints'>,
  house: House,
  store: LetterStore,
): Forwarding {
  const forwards = (id: string) => (Object.hasOwn(chargePoints, id) ? chargePoints[id]?.forward : undefined);
  store.dropLettersExceptOf(Object.keys(chargePoints).filter((id) => forwards(id) !== undefined));
  const known = new Map<string, Letters>();
  const lettersOf = (id: string): Letters => {
    const letters = known.get(id) ?? new Letters(id, store);
    known.set(id, letters);
    return letters;
  };
  return { house, forwards, lettersOf };
}
