import type { Connectors } from '../connectors/connectors.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { Session } from '../session/types.ts';

const UNDER_WAY = new Set<Session['phase']>(['STARTING', 'CHARGING', 'STOPPING']);

/**
 * Whether a charge is asked for or runs on the charge point. `charging`: its connectors with an open transaction, which
 * a charge point may have forgotten: where the connector is Available it is over.
 */
export function isInUse(
  { sessions, connectors }: { sessions: SessionStore; connectors: Connectors },
  chargePointId: string,
  charging: readonly number[],
): boolean {
  const isBooked = sessions
    .onChargePoint(chargePointId)
    .some(({ phase, transaction }) => transaction !== null || UNDER_WAY.has(phase));
  return isBooked || charging.some((id) => connectors.find(chargePointId, id)?.status !== 'Available');
}

/** The connectors of a charge point on which a transaction is open. */
export const chargingConnectors = (
  { connectors, journal }: { connectors: Connectors; journal: Journal },
  chargePointId: string,
): number[] =>
  connectors
    .of(chargePointId)
    .map(({ connectorId }) => connectorId)
    .filter((connectorId) => journal.newestTransaction(chargePointId, connectorId)?.stopped === false);
