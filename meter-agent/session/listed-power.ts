import type { SessionEvent } from './events.ts';
import { notify } from './notices.ts';
import type { Effect, Session } from './types.ts';

type Metered = Extract<SessionEvent, { type: 'metered' }>;

/** A mains voltage above 230 V and coarse meters. */
const TOLERANCE = { percent: 115, powerW: 500 };
/** Above this multiple of the listed power, a value is an error of the meter or of its unit. */
const BELIEVABLE_TIMES = 50;
/** Consecutive rises of the register that prove it; a reported power proves it at once. */
const PROOF_VALUES = 3;
/** An older value was kept by the charge point: several of those arrive at one time. */
const PRESENT_SEC = 10;

/** The power at which the register rose since the last value; null where that is not known. */
function riseW(
  { transaction, meteredAt }: Session,
  { at, registerWh, chargePointAt }: Metered,
): number | null {
  if (transaction === null || registerWh === null) return null;
  const { beganAt, register } = transaction;
  const spanSec = at - Math.max(beganAt, meteredAt);
  const isKept = chargePointAt !== null && Math.abs(at - chargePointAt) > PRESENT_SEC;
  if (spanSec <= 0 || isKept) return null;
  return Math.round(((registerWh - (register.suspect?.registerWh ?? register.lastWh)) * 3_600) / spanSec);
}

/**
 * The wallbox gives more than its listing says: what is beyond the listed power is never billed, which only the host can
 * change. The host gets one notice; the bill stays as it is.
 */
export function withListedPower(before: Session, s: Session, event: Metered, effects: Effect[]): Session {
  const { plan, notified, transaction } = before;
  if (transaction?.transactionId !== event.transactionId || notified.aboveListed >= PROOF_VALUES) return s;
  const measuredW = event.powerW ?? riseW(before, event);
  if (measuredW === null) return s;
  const { maxPowerW: listedW } = plan;
  const isAbove =
    100 * (measuredW - TOLERANCE.powerW) > TOLERANCE.percent * listedW &&
    measuredW <= BELIEVABLE_TIMES * listedW;
  const least = event.powerW === null ? notified.aboveListed + 1 : PROOF_VALUES;
  const aboveListed = isAbove ? least : 0;
  if (aboveListed >= PROOF_VALUES) notify(effects, 'POWER_ABOVE_LISTED', { measuredW, listedW });
  return aboveListed === notified.aboveListed ? s : { ...s, notified: { ...s.notified, aboveListed } };
}
