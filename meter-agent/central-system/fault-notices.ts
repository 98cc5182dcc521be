import { noticeOf } from '../../protocol/notices.ts';
import { type HostNoticesParts, notifyHost } from './host-notices.ts';

export type FaultNoticesParts = HostNoticesParts;

/**
 * Notifies the host of a dangerous fault, or (`errorCode` null) of its end, for each listing that it blocks.
 * Connector 0 is the whole charge point.
 */
export function notifyFault(
  parts: FaultNoticesParts,
  chargePointId: string,
  connectorId: number,
  errorCode: string | null,
): void {
  const notice = errorCode === null ? noticeOf('FAULT_CLEARED', {}) : noticeOf('FAULT', { errorCode });
  notifyHost(parts, chargePointId, connectorId, notice);
}
