import type { SessionEvent } from './events.ts';
import type { Effect, Session } from './types.ts';

/** Remembers a register that was not believed; forgets it when one is. `effects` are those of this value alone. */
export function withBelief(
  s: Session,
  { registerWh }: Extract<SessionEvent, { type: 'metered' }>,
  effects: readonly Effect[],
): Session {
  if (registerWh === null) return s;
  const isOdd = effects.some((effect) => effect.do === 'note' && effect.anomaly !== 'register.rebased');
  if (isOdd) return { ...s, unusable: { reason: 'REGISTER', value: `${registerWh} Wh` } };
  return s.unusable === null ? s : { ...s, unusable: null };
}

/** Values came that do not count: kept to name them where their absence pauses the charge. */
export function withUnusable(
  s: Session,
  { reason, value }: Extract<SessionEvent, { type: 'unusable' }>,
): Session {
  const { unusable: last } = s;
  return last?.reason === reason && last.value === value ? s : { ...s, unusable: { reason, value } };
}
