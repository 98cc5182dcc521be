import {
  advanced,
  firstOrder,
  type OwnOrder,
  type OwnPosition,
  orderOf,
  withClockSeen,
} from './own-order.ts';

/** The energy of one transaction, followed over its register. All in Wh. */
export interface Register {
  startWh: number;
  lastWh: number;
  creditedWh: number;
  /** An implausible value, kept until the next one confirms or refutes it. */
  suspect: { registerWh: number; creditWh: number } | null;
  /** Where `lastWh` is in the charge point's own order. */
  order: OwnOrder;
  /** It went on from a lower value than before: older values are above it and mean nothing now. */
  hasRestarted: boolean;
}

/** A value of the register, and where the charge point puts it among its others. */
export interface RegisterValue extends OwnPosition {
  registerWh: number;
}

/**
 * Why a value is not billed: it jumped beyond power × time, it fell, it restarted at 0, it is in another unit (a
 * thousand times more or less), or it continues from a value that was not billed, which is its new base.
 */
export type RegisterAnomaly =
  | 'register.jumped'
  | 'register.fell'
  | 'register.restarted'
  | 'register.unit'
  | 'register.rebased';

/** The most that power × time allows, in Wh. */
export interface Bounds {
  /** Over the whole transaction. */
  limitWh: number;
  /** Since the previous value. */
  stepWh: number;
}

export interface Credit {
  register: Register;
  anomaly: RegisterAnomaly | null;
  /** The value is older than what is counted, or cannot be told from such a one: it says nothing of now. */
  isLate: boolean;
}

export const openRegister = (startWh: number, start: OwnPosition): Register => ({
  startWh,
  lastWh: startWh,
  creditedWh: 0,
  suspect: null,
  order: firstOrder(start),
  hasRestarted: false,
});

/**
 * Takes the next value of the register, in whatever order values come. A rise within what the transaction can have
 * delivered is credited; so the credit is at no time above what an honest register shows, and each Wh counts once. An
 * older value adds nothing. Anything else is remembered and not credited: a jump or fall that the next value continues
 * moves the base (the jump itself is never billed); a register that restarted at 0 and moves again continues from
 * there. What follows such a value must fit the time since it: the whole transaction's tolerance would bill a register
 * in another unit.
 */
export function credit(known: Register, value: RegisterValue, bounds: Bounds): Credit {
  const register = withOrderSeen(known, value);
  if (isLate(register, value)) return { register, anomaly: null, isLate: true };
  const { lastWh, creditedWh, suspect, hasRestarted } = register;
  const { registerWh } = value;
  const { limitWh, stepWh } = bounds;
  const fits = (moreWh: number) => moreWh >= 0 && creditedWh + moreWh <= limitWh;
  const moreWh = registerWh - lastWh;
  if (fits(moreWh) && (!hasRestarted || moreWh <= stepWh))
    return { register: moved(register, value, moreWh), anomaly: null, isLate: false };
  if (suspect !== null && registerWh > suspect.registerWh) {
    const sinceWh = registerWh - suspect.registerWh;
    const rebased = moved(register, value, sinceWh + suspect.creditWh);
    if (sinceWh <= stepWh && fits(sinceWh + suspect.creditWh))
      return { register: rebased, anomaly: 'register.rebased', isLate: false };
  }
  const anomaly = oddness(registerWh, lastWh, stepWh);
  // Nearer to where it was than to 0 it may be an older count that the device had stored: nothing of that flowed since.
  const isFromZero = 2 * registerWh <= lastWh;
  const isRestart = anomaly === 'register.restarted' && isFromZero && fits(registerWh);
  const next = { registerWh, creditWh: isRestart ? registerWh : 0 };
  return { register: { ...register, suspect: next }, anomaly, isLate: false };
}

/**
 * Whether a value that is not above the newest counted one is older than it, by its time or number. Where neither
 * shows an order, all values from the start on may be late; only one below the start is certainly a restart.
 */
function isLate(register: Register, value: RegisterValue): boolean {
  const { lastWh, startWh, hasRestarted } = register;
  const order = orderOf(register.order, value);
  if (value.registerWh > lastWh) return order === 'older' && hasRestarted;
  if (order === 'older') return true;
  return order === 'unknown' && value.registerWh < lastWh && (hasRestarted || value.registerWh >= startWh);
}

function withOrderSeen(register: Register, value: RegisterValue): Register {
  const order = withClockSeen(register.order, value);
  return order === register.order ? register : { ...register, order };
}

function moved(register: Register, value: RegisterValue, moreWh: number): Register {
  const { registerWh } = value;
  const isStill = registerWh === register.lastWh && orderOf(register.order, value) === 'unknown';
  return {
    ...register,
    lastWh: registerWh,
    creditedWh: register.creditedWh + moreWh,
    suspect: null,
    order: isStill ? register.order : advanced(register.order, value),
    hasRestarted: register.hasRestarted || registerWh < register.lastWh,
  };
}

/** The remainder that is cut off when Wh are reported in kWh. */
const CUT_OFF_WH = 1_000;

function oddness(registerWh: number, lastWh: number, stepWh: number): RegisterAnomaly {
  const follows = (aWh: number, slackWh: number) => lastWh > 0 && aWh >= lastWh && aWh - lastWh <= slackWh;
  const isThousandfold = follows(Math.floor(registerWh / 1_000), stepWh);
  const isThousandth = registerWh > 0 && follows(registerWh * 1_000 + CUT_OFF_WH - 1, stepWh + CUT_OFF_WH);
  if (isThousandfold || isThousandth) return 'register.unit';
  if (registerWh >= lastWh) return 'register.jumped';
  return registerWh <= stepWh ? 'register.restarted' : 'register.fell';
}

export interface StopCredit extends Credit {
  /** How much of what was counted is above what the stop's register says. */
  aboveStopWh: number;
}

/**
 * Takes `meterStop`. The protocol's own difference `meterStop - meterStart` counts when it is possible and not
 * below what was already signed; else the register is followed as before.
 */
export function creditStop(register: Register, stop: RegisterValue, bounds: Bounds): StopCredit {
  const totalWh = stop.registerWh - register.startWh;
  if (totalWh >= register.creditedWh && totalWh <= bounds.limitWh) {
    const closed = { ...register, lastWh: stop.registerWh, creditedWh: totalWh, suspect: null };
    return { register: closed, anomaly: null, isLate: false, aboveStopWh: 0 };
  }
  const credited = credit(register, stop, bounds);
  const isFall = credited.isLate || SMALLER.has(credited.anomaly);
  const fallWh = Math.max(0, register.lastWh - stop.registerWh);
  return { ...credited, aboveStopWh: isFall ? Math.min(register.creditedWh, fallWh) : 0 };
}

const SMALLER = new Set<RegisterAnomaly | null>(['register.fell', 'register.restarted']);
