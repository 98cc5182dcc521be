import type { Connectors } from './connectors.ts';
import type { Answer, Driver } from './drivers/driver.ts';
import type { Asked, Effect, Session } from './session/types.ts';

export type Wish = Exclude<Effect, { do: 'reading' | 'note' }>;

export interface Granted {
  /** As the evidence names it. */
  asked: string;
  wish: Asked;
  answer: Answer;
}

const VOLTAGE_V = 230;
const NAMES = { remoteStart: 'start', limit: 'limit', remoteStop: 'stop' } as const;

/** The connector's full current in A per phase. */
function fullCurrentA({ plan }: Session, connectors: Connectors): number {
  const type = connectors.find(plan.chargePointId, plan.connectorId)?.config.powerType;
  const phases = type === 'AC_1_PHASE' ? 1 : type === 'AC_2_PHASE' ? 2 : 3;
  return Math.ceil(plan.maxPowerW / (phases * VOLTAGE_V));
}

/** Asks the wallbox for what a session wants. */
export async function grant(
  driver: Driver,
  connectors: Connectors,
  session: Session,
  wish: Wish,
): Promise<Granted> {
  const { chargePointId, connectorId, times } = session.plan;
  const full = { limitA: fullCurrentA(session, connectors), endsAt: times.end };
  const named = (answer: Answer): Granted => ({
    asked: wish.do === 'limit' ? `limit ${wish.limitA ?? 'none'}` : wish.do,
    wish: wish.do === 'limit' && wish.limitA === null ? 'lift' : NAMES[wish.do],
    answer,
  });
  if (wish.do === 'remoteStart')
    return named(await driver.remoteStart(chargePointId, connectorId, wish.idTag, full));
  if (wish.do === 'remoteStop') return named(await driver.remoteStop(chargePointId, wish.transactionId));
  const limit = wish.limitA === null ? full : { ...full, limitA: wish.limitA };
  return named(await driver.limitCurrent(chargePointId, connectorId, wish.transactionId, limit));
}
