import { hasCarThere, isOver } from './phases.ts';
import type { Effect, Notification, PauseReason, Session } from './types.ts';

/** No power for so long is told. */
const NO_POWER_SEC = 300;
/** A pause that a waking phone, the next block or another car's end ends by itself is not worth a message. */
const PAUSE_NOTICE_SEC = 20;
/** Before overstay counts, and when it does, in seconds before `closes`; the earliest first. */
const REMINDERS_SEC = [900, 300, 0] as const;

/** Time of day for people, of a moment in unix seconds. */
export const clock = (at: number): string => `${new Date(at * 1000).toISOString().slice(11, 16)} UTC`;

const minutes = (seconds: number): string => `${Math.round(seconds / 60)} minutes`;

export const notify = (effects: Effect[], to: Notification['to'], code: string, text: string): void =>
  void effects.push({ do: 'notify', to, code, text });

/** What people have to hear by now. */
export function reviewNotices(s: Session, at: number, effects: Effect[]): Session {
  let next = reviewPauseNotice(s, at, effects);
  next = reviewPower(next, at, effects);
  return reviewCable(next, at, effects);
}

const PAUSE_NOTICES = {
  UNSIGNED: {
    code: 'PAUSED_UNSIGNED',
    text: 'The charge is paused: too much energy is not co-signed. Open the page on the device that booked; it goes on when that device signs.',
  },
  UNCONFIRMED: {
    code: 'PAUSED_FRESH',
    text: 'The charge is paused: the ledger has not confirmed the booking yet. It goes on by itself once it has.',
  },
  METER_SILENT: {
    code: 'PAUSED_SILENT',
    text: 'The charge is paused: the wallbox’s meter says nothing, or nothing that can be believed, so that energy would flow unseen. Host: look at the wallbox and its meter values. It goes on by itself once a believable value comes.',
  },
  SITE_LIMIT: {
    code: 'PAUSED_SITE',
    text: 'The charge is paused: the house connection has no current left (less than 6 A per phase). It goes on by itself.',
  },
  ADJACENT_BOOKING: {
    code: 'PAUSED_NEIGHBOUR',
    text: 'The charge is paused: somebody else booked the time before your slot. It goes on by itself when your slot begins.',
  },
} as const;

/** Whoever watches the ledger says that it lost the booking. */
function pauseToNotify({ pause, notified }: Session): Exclude<PauseReason, 'BOOKING_MISSING'> | null {
  if (pause === null) return null;
  return pause.reason === 'BOOKING_MISSING' ? notified.pause : pause.reason;
}

function reviewPauseNotice(s: Session, at: number, effects: Effect[]): Session {
  const reason = s.phase === 'CHARGING' || s.phase === 'STARTING' ? pauseToNotify(s) : null;
  if (reason === s.notified.pause) return s;
  if (reason !== null && s.pause !== null && at - s.pause.since < PAUSE_NOTICE_SEC) return s;
  if (reason !== null) {
    const { code, text } = PAUSE_NOTICES[reason];
    notify(effects, reason === 'SITE_LIMIT' || reason === 'METER_SILENT' ? 'both' : 'driver', code, text);
  } else if (!isOver(s) && s.stopCause === null) {
    notify(effects, 'driver', 'RESUMED', 'The charge goes on.');
  }
  return { ...s, notified: { ...s.notified, pause: reason } };
}

/** Plugged in, wanted, and nothing flows: who refuses it? */
function reviewPower(s: Session, at: number, effects: Effect[]): Session {
  if (s.phase !== 'CHARGING' || s.pause !== null) return s;
  const isSuspended = s.connectorStatus === 'SuspendedEV' || s.connectorStatus === 'SuspendedEVSE';
  const silentSec = (isSuspended ? at : s.meteredAt) - s.flowedAt;
  const noPower = s.connected && silentSec >= NO_POWER_SEC;
  if (s.notified.noPower && s.flowedAt === at) {
    notify(effects, 'both', 'POWER_AGAIN', 'Power flows again: the charge goes on.');
    return { ...s, notified: { ...s.notified, noPower: false } };
  }
  if (!noPower || s.notified.noPower) return s;
  const { code, text } = whoRefuses(s);
  notify(effects, 'both', code, text);
  return { ...s, notified: { ...s.notified, noPower: true } };
}

function whoRefuses({ connectorStatus }: Session): { code: string; text: string } {
  const since = `0 W for ${minutes(NO_POWER_SEC)}:`;
  if (connectorStatus === 'SuspendedEV') {
    const text = `${since} the car takes no power. Driver: look whether it is full, has a charge timer or its own limit set.`;
    return { code: 'SUSPENDED_EV', text };
  }
  if (connectorStatus === 'SuspendedEVSE') {
    const text = `${since} the wallbox gives no power. Host: look at the wallbox, its limits and the load management of the house.`;
    return { code: 'SUSPENDED_EVSE', text };
  }
  const text = `${since} neither car nor wallbox says why. Driver: look at the car’s charge timer, then take the cable out and plug it in again.`;
  return { code: 'NO_POWER', text };
}

function reviewCable(s: Session, at: number, effects: Effect[]): Session {
  const { closes, end } = s.plan.times;
  const due = REMINDERS_SEC.filter((sec) => at >= closes - sec).length;
  if (due <= s.notified.reminders || s.isFollowed || !hasCarThere(s)) return s;
  const isPriced = s.plan.limits.tariff.overstayPerHour > 0n && !isOver(s);
  if (at >= closes) {
    const counts = isPriced
      ? 'Overstay is counted from now on.'
      : 'The place may be booked by the next driver.';
    notify(
      effects,
      'both',
      'OVERSTAY',
      `The cable is still in after ${clock(closes)}. ${counts} Take it out and make room.`,
    );
  } else {
    const over = at >= end ? 'The charge is over.' : `Power ends at ${clock(end)}.`;
    const until = isPriced ? 'from then on overstay is counted' : 'the next driver may need the place';
    notify(effects, 'driver', 'UNPLUG_SOON', `${over} Take the cable out by ${clock(closes)}: ${until}.`);
  }
  return { ...s, notified: { ...s.notified, reminders: due } };
}
