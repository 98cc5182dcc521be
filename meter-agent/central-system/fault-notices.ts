import type { Address } from 'viem';
import { listingIdOf } from '../../protocol/listing.ts';
import { noticeOf } from '../../protocol/notices.ts';
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
 * Notifies the host of a dangerous fault, or (`errorCode` null) of its end, for each listing that it blocks.
 * Connector 0 is the whole charge point.
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
    const notice = errorCode === null ? noticeOf('FAULT_CLEARED', {}) : noticeOf('FAULT', { errorCode });
    notices.add({ listingId, bookingId: null, ...notice, at: nowSec() });
  }
}
