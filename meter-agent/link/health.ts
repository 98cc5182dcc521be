import type { Address, Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import {
  type ConnectorHealth,
  connectorsHash,
  type EVSE_STATUSES,
  type FromAgent,
  type Heartbeat,
} from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { Connector, Connectors } from '../connectors/connectors.ts';
import type { ChargePointHealth } from '../drivers/charge-point-events.ts';
import type { SessionStore } from '../journal/session-store.ts';

type EvseStatus = (typeof EVSE_STATUSES)[number];

/**
 * A connector's status for OCPI. Everything but a booked charge that occupies it, the owner's own car included, is
 * BLOCKED, without a reason: also while its host does not lend it. A car that was plugged in and not started does not block: its driver may be about to
 * book.
 */
export function evseStatus(connector: Connector, isOnline: boolean, hasSession: boolean): EvseStatus {
  if (!isOnline) return 'UNKNOWN';
  // The status from an earlier connection is outdated.
  if (connector.status === null) return hasSession ? 'CHARGING' : 'UNKNOWN';
  switch (connector.status) {
    case 'Faulted':
      return 'OUTOFORDER';
    case 'Unavailable':
      return 'INOPERATIVE';
    case 'Charging':
    case 'SuspendedEV':
    case 'SuspendedEVSE':
      return hasSession ? 'CHARGING' : 'BLOCKED';
    case 'Finishing':
    case 'Reserved':
      return hasSession ? 'CHARGING' : 'BLOCKED';
    default:
      if (hasSession) return 'CHARGING';
      return connector.isLent ? 'AVAILABLE' : 'BLOCKED';
  }
}

/** The present state of all listed connectors, each with the host to whom the agent gave its consent. */
export function connectorStates(
  connectors: Connectors,
  sessions: SessionStore,
  agentKey: Hex,
  listed: ReadonlySet<Hex>,
  hostOf: (listingId: Hex) => Address | undefined,
): Heartbeat['connectors'] {
  return connectors.all().flatMap((connector) => {
    const { chargePointId, connectorId, hash } = connector;
    const listingId = listingIdOf(agentKey, hash);
    if (!listed.has(listingId)) return [];
    const host = hostOf(listingId);
    const hasSession = sessions.liveOn(chargePointId, connectorId)?.transaction != null;
    return [
      {
        connector: hash,
        listingId,
        ...(host === undefined ? {} : { host }),
        status: evseStatus(connector, connectors.isOnline(chargePointId), hasSession),
        ...withHealth(connectors.health(chargePointId, connectorId)),
      },
    ];
  });
}

/** A charge point's text within the protocol's limits; a charge point may send anything. */
function withHealth(health: ChargePointHealth): { health?: ConnectorHealth } {
  const { lastError, lastErrorAt, firmware, clockOffsetSec, forward } = health;
  const all = {
    lastError: lastError?.slice(0, 80),
    lastErrorAt,
    temperatureC: within(health.temperatureC, -100, 300),
    voltageV: within(health.voltageV, 0, 2_000),
    firmware: firmware?.slice(0, 50),
    clockOffsetSec: clockOffsetSec === undefined ? undefined : Math.round(clockOffsetSec),
    forward,
  };
  const entries = Object.entries(all).filter(([, value]) => value !== undefined && value !== '');
  return entries.length === 0 ? {} : { health: Object.fromEntries(entries) };
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  if (value === undefined || !(value >= least && value <= most)) return undefined;
  return Math.round(value);
}

export async function signedHeartbeat(
  account: PrivateKeyAccount,
  ref: MarketRef,
  connectors: Heartbeat['connectors'],
  sentAt: number,
): Promise<FromAgent> {
  const agentKey = account.address;
  const message = { agentKey, sentAt: BigInt(sentAt), connectorsHash: connectorsHash(connectors) };
  const signature = await signMessageOf(account, ref, 'Heartbeat', message);
  return { type: 'heartbeat', heartbeat: { agentKey, sentAt, connectors }, signature };
}
