import type { Address } from 'viem';
import { listingIdOf } from '../../protocol/listing.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';

export interface FaultNoticesParts {
  agentKey: Address;
  connectors: Connectors;
  ledger: LedgerFollower;
  notices: NoticeQueue;
  nowSec: () => number;
}

/**
 * Notifies the host of a dangerous fault, or (`errorCode` null) of its end, for each listing that it bars. Connector 0
 * is the whole charge point.
 */
export function notifyFault(
  { agentKey, connectors, ledger, notices, nowSec }: FaultNoticesParts,
  chargePointId: string,
  connectorId: number,
  errorCode: string | null,
): void {
  const listed = ledger.listedIds();
  for (const { hash, ...connector } of connectors.all()) {
    if (connector.chargePointId !== chargePointId) continue;
    const listingId = listingIdOf(agentKey, hash);
    const isMeant = connectorId === 0 || connector.connectorId === connectorId;
    if (!isMeant || !listed.has(listingId)) continue;
    const code = errorCode === null ? 'FAULT_OVER' : 'FAULT';
    const text =
      errorCode === null
        ? 'The wallbox reports no fault any more: it serves bookings again.'
        : `The wallbox reports ${errorCode}: it gives no power until it reports that this is over. Have it checked.`;
    notices.add({ listingId, bookingId: null, to: 'host', code, text, at: nowSec() });
  }
}
