/** The energy of one transaction, followed over its register. All in Wh. */
export interface Register {
  startWh: number;
  lastWh: number;
  creditedWh: number;
  /** An implausible value, kept until the next one confirms or refutes it. */
  suspect: { registerWh: number; creditWh: number } | null;
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
}

export const openRegister = (startWh: number): Register => ({
  startWh,
  lastWh: startWh,
  creditedWh: 0,
  suspect: null,
});

/**
 * Takes the next value of the register. A rise within what the transaction can have delivered is credited. Anything
 * else is remembered and not credited: a jump or fall that the next value continues moves the base (the jump itself
 * is never billed); a register that restarted at 0 and moves again continues from there. What follows such a value
 * must fit the time since it: the whole transaction's tolerance would bill a register in another unit.
 */
export function credit(register: Register, registerWh: number, { limitWh, stepWh }: Bounds): Credit {
  const { lastWh, creditedWh, suspect } = register;
  const fits = (moreWh: number) => moreWh >= 0 && creditedWh + moreWh <= limitWh;
  const moved = (moreWh: number): Register => ({
    ...register,
    lastWh: registerWh,
    creditedWh: creditedWh + moreWh,
    suspect: null,
  });
  if (fits(registerWh - lastWh)) return { register: moved(registerWh - lastWh), anomaly: null };
  if (suspect !== null && registerWh > suspect.registerWh) {
    const sinceWh = registerWh - suspect.registerWh;
    const moreWh = sinceWh + suspect.creditWh;
    if (sinceWh <= stepWh && fits(moreWh)) return { register: moved(moreWh), anomaly: 'register.rebased' };
  }
  const anomaly = oddness(registerWh, lastWh, stepWh);
  const isRestart = anomaly === 'register.restarted' && fits(registerWh);
  const next = { registerWh, creditWh: isRestart ? registerWh : 0 };
  return { register: { ...register, suspect: next }, anomaly };
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

/**
 * Takes `meterStop`. The protocol's own difference `meterStop - meterStart` counts when it is possible and not
 * below what was already signed; else the register is followed as before.
 */
export function creditStop(register: Register, meterStopWh: number, bounds: Bounds): Credit {
  const totalWh = meterStopWh - register.startWh;
  if (totalWh >= register.creditedWh && totalWh <= bounds.limitWh) {
    return {
      register: { ...register, lastWh: meterStopWh, creditedWh: totalWh, suspect: null },
      anomaly: null,
    };
  }
  return credit(register, meterStopWh, bounds);
}
