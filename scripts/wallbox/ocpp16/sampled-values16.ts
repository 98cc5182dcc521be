import type { MeterDisplay } from '../protocol.ts';

const VOLTAGE_V = 230;
const MEASURAND = 'Energy.Active.Import.Register';

/** A sampled value of the register: whole Wh, or kWh with the float noise of real wallboxes (0.15002000000000001). */
export function energyValue({ registerWh, exactWh, inKwh }: MeterDisplay, context: string) {
  if (!inKwh) return { value: String(registerWh), context, measurand: MEASURAND, unit: 'Wh' };
  return { value: String(exactWh / 1000), context, measurand: MEASURAND, unit: 'kWh' };
}

/** Power and currents per phase, as far as they were requested. */
export function powerValues(
  wanted: readonly string[],
  { powerW }: MeterDisplay,
  phases: number,
  context: string,
): object[] {
  const power = { value: powerW.toFixed(0), context, measurand: 'Power.Active.Import', unit: 'W' };
  const amperes = (powerW / VOLTAGE_V / phases).toFixed(2);
  const currents = ['L1', 'L2', 'L3']
    .slice(0, phases)
    .map((phase) => ({ value: amperes, context, measurand: 'Current.Import', unit: 'A', phase }));
  return [
    ...(wanted.includes('Power.Active.Import') ? [power] : []),
    ...(wanted.includes('Current.Import') ? currents : []),
  ];
}
