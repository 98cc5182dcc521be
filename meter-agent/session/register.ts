/** What one transaction delivered, followed over its register. All in Wh. */
export interface Register {
  startWh: number;
  lastWh: number;
  creditedWh: number;
  /** A value that did not follow from the last one, kept until the next one confirms or refutes it. */
  suspect: { registerWh: number; creditWh: number } | null;
}

export type RegisterAnomaly = 'register.implausible' | 'register.rebased';

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
 * Takes the next value of the register. A rise within `limitWh` is credited. Anything else is remembered and not
 * credited: a jump that the next value continues moves the base (the jump itself is never billed); a register that
 * restarted at 0 and moves again goes on from there.
 *
 * @param limitWh The most that this transaction can have delivered by now: power × time.
 */
export function credit(register: Register, registerWh: number, limitWh: number): Credit {
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
    const moreWh = registerWh - suspect.registerWh + suspect.creditWh;
    if (fits(moreWh)) return { register: moved(moreWh), anomaly: 'register.rebased' };
  }
  const restarted = registerWh < lastWh && fits(registerWh);
  const next = { registerWh, creditWh: restarted ? registerWh : 0 };
  return { register: { ...register, suspect: next }, anomaly: 'register.implausible' };
}

/**
 * Takes `meterStop`. The protocol's own difference `meterStop - meterStart` counts when it is possible and not
 * below what was already signed; else the register is followed as before.
 */
export function creditStop(register: Register, meterStopWh: number, limitWh: number): Credit {
  const totalWh = meterStopWh - register.startWh;
  if (totalWh >= register.creditedWh && totalWh <= limitWh) {
    return {
      register: { ...register, lastWh: meterStopWh, creditedWh: totalWh, suspect: null },
      anomaly: null,
    };
  }
  return credit(register, meterStopWh, limitWh);
}
