import type { Address } from 'viem';
import { listingIdOf } from '../../protocol/listing.ts';
import type { AddressedNotice } from '../../protocol/notices.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';

export interface HostNoticesParts {
  agentKey: Address;
  connectors: Connectors;
  ledger: LedgerFollower;
  notices: NoticeQueue;
  nowSec: () => number;
}

/** Notifies the host of each listing on this connector. Connector 0 is the whole charge point. */
export function notifyHost(
  { agentKey, connectors, ledger, notices, nowSec }: HostNoticesParts,
  chargePointId: string,
  connectorId: number,
  notice: AddressedNotice,
): void {
  const listed = ledger.listedIds();
  for (const { hash, ...connector } of connectors.all()) {
    if (connector.chargePointId !== chargePointId) continue;
    const listingId = listingIdOf(agentKey, hash);
    const isMeant = connectorId === 0 || connector.connectorId === connectorId;
    if (isMeant && listed.has(listingId))
      notices.add({ listingId, bookingId: null, ...notice, at: nowSec() });
  }
}
