/** Less is no charging power, and a voltage below this is something else, such as the power in kW. */
const LEAST_POWER_W = 1_000;
const MOST_POWER_W = 2_000_000;
const LEAST_VOLTAGE_V = 100;
/** A higher voltage of three phases is the one between two of them; OCPI asks for the one to neutral. */
const LINE_TO_LINE_FROM_V = 300;

export interface Electric {
  powerType: string | null;
  /** Watts, as OCPI 2.2 has it. */
  max_electric_power?: number | null | undefined;
  /** Volts and amperes, by their names in OCPI 2.2 and in 2.1.1. */
  max_voltage?: number | null | undefined;
  voltage?: number | null | undefined;
  max_amperage?: number | null | undefined;
  amperage?: number | null | undefined;
}

/** The most that a connector gives, in watts; null where what the feed says of it cannot be. */
export function maxPowerW(electric: Electric): number | null {
  const stated = electric.max_electric_power ?? 0;
  if (isPlausible(stated)) return Math.round(stated);
  const volts = electric.max_voltage ?? electric.voltage ?? 0;
  const amperes = electric.max_amperage ?? electric.amperage ?? 0;
  if (volts < LEAST_VOLTAGE_V) return null;
  const computed = Math.round(volts * amperes * phaseFactor(electric.powerType, volts));
  return isPlausible(computed) ? computed : null;
}

const isPlausible = (watts: number): boolean => watts >= LEAST_POWER_W && watts <= MOST_POWER_W;

function phaseFactor(powerType: string | null, volts: number): number {
  if (powerType !== 'AC_3_PHASE') return 1;
  return volts >= LINE_TO_LINE_FROM_V ? Math.sqrt(3) : 3;
}
