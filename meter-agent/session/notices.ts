import { type Audience, type NoticeCode, type NoticeParams, noticeOf } from '../../protocol/notices.ts';
import { hasCarThere, isOver } from './phases.ts';
import type { Effect, Session } from './types.ts';

/** After this time without a word of a charge point that is away, driver and host are notified. */
const OFFLINE_MIN = 5;
/** After this time without power, driver and host are notified. */
const NO_POWER_MIN = 5;
/** No notice for shorter pauses: a phone that wakes up, the next block or another car's end resolves them. */
const PAUSE_NOTICE_SEC = 20;
/** Notices before overstay begins and when it begins, in seconds before `closes`; the earliest first. */
const REMINDERS_SEC = [900, 300, 0] as const;

export const notify = <Code extends NoticeCode>(
  effects: Effect[],
  code: Code,
  params: NoticeParams<Code>,
  to?: Audience,
): void => void effects.push({ do: 'notify', ...noticeOf(code, params, to) });

/** The notices that are due by now. */
export function reviewNotices(s: Session, at: number, effects: Effect[]): Session {
  let next = reviewPauseNotice(s, at, effects);
  next = reviewPower(next, at, effects);
  return reviewCable(next, at, effects);
}

/** The notices about a booking that the ledger lost, and about one that waits after a restore, are others. */
function pauseToNotify({ pause, notified }: Session): Session['notified']['pause'] {
  if (pause === null) return null;
  const { reason } = pause;
  return reason === 'BOOKING_MISSING' || reason === 'RECOVERING' ? notified.pause : reason;
}

/** A silent meter may have said something that does not count: that is named. */
function notifyPause(
  { unusable }: Session,
  reason: NonNullable<ReturnType<typeof pauseToNotify>>,
  effects: Effect[],
) {
  notify(effects, `PAUSED_${reason}`, {});
  if (reason === 'METER_SILENT' && unusable !== null) notify(effects, 'METER_NOT_BELIEVED', unusable);
}

function reviewPauseNotice(s: Session, at: number, effects: Effect[]): Session {
  const reason = s.phase === 'CHARGING' || s.phase === 'STARTING' ? pauseToNotify(s) : null;
  if (reason === s.notified.pause) return s;
  if (reason !== null && s.pause !== null && at - s.pause.since < PAUSE_NOTICE_SEC) return s;
  if (reason !== null) notifyPause(s, reason, effects);
  else if (!isOver(s) && s.stopCause === null) notify(effects, 'RESUMED', {});
  return { ...s, notified: { ...s.notified, pause: reason } };
}

/** Away for so long in the midst of a charge that its mains or its connection failed. */
const isLost = ({ connected, connectedAt, meteredAt, flowedAt }: Session, at: number): boolean =>
  !connected && at - Math.max(connectedAt, meteredAt, flowedAt) >= 60 * OFFLINE_MIN;

/** The car is plugged in and may charge, but no power flows: the notice says whether car or charge point is the cause. */
function reviewPower(s: Session, at: number, effects: Effect[]): Session {
  if (s.phase !== 'CHARGING' || s.pause !== null || s.randomDelay !== null) return s;
  const isSuspended = s.connectorStatus === 'SuspendedEV' || s.connectorStatus === 'SuspendedEVSE';
  const silentSec = (isSuspended ? at : s.meteredAt) - s.flowedAt;
  const noPower = isLost(s, at) || (s.connected && silentSec >= 60 * NO_POWER_MIN);
  if (s.notified.noPower && s.flowedAt === at) {
    notify(effects, 'POWER_RESTORED', {});
    return { ...s, notified: { ...s.notified, noPower: false } };
  }
  if (!noPower || s.notified.noPower) return s;
  if (s.connected) notify(effects, noPowerCode(s), { noPowerMin: NO_POWER_MIN });
  else notify(effects, 'CHARGE_POINT_OFFLINE', { silentMin: OFFLINE_MIN });
  return { ...s, notified: { ...s.notified, noPower: true } };
}

function noPowerCode({ connectorStatus }: Session): 'SUSPENDED_EV' | 'SUSPENDED_EVSE' | 'NO_POWER' {
  if (connectorStatus === 'SuspendedEV') return 'SUSPENDED_EV';
  return connectorStatus === 'SuspendedEVSE' ? 'SUSPENDED_EVSE' : 'NO_POWER';
}

function reviewCable(s: Session, at: number, effects: Effect[]): Session {
  const { closes: closesAt, end: slotEndsAt } = s.plan.times;
  const due = REMINDERS_SEC.filter((sec) => at >= closesAt - sec).length;
  if (due <= s.notified.reminders || s.isFollowed || !hasCarThere(s)) return s;
  const isOverstayPriced = s.plan.limits.tariff.overstayPerHour > 0n && !isOver(s);
  if (at >= closesAt) notify(effects, 'OVERSTAY', { closesAt, isOverstayPriced });
  else {
    const isSlotOver = at >= slotEndsAt;
    notify(effects, 'UNPLUG_SOON', { slotEndsAt, isSlotOver, closesAt, isOverstayPriced });
  }
  return { ...s, notified: { ...s.notified, reminders: due } };
}
