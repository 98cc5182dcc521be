/** Seconds from no power to full power. */
const RAMP_SEC = 4;

/** From this share of the wanted energy on, the power falls. */
const TAPER_FROM = 0.8;

/** Share of the power that is left just before the car is full. */
const TAPER_FLOOR = 0.08;

/** Relative noise of a real current. */
const NOISE = 0.01;

export interface CarState {
  /** Seconds since power was last given. */
  poweredSec: number;
  /** Energy already in the car, of what it wants. */
  chargedWh: number;
  wantedWh: number;
}

/**
 * Power that the car takes, in W: a ramp, a constant part, a taper towards the end, zero when it is full.
 *
 * @param offeredW What the wallbox allows.
 * @param random A number in [0, 1), for the noise.
 */
export function carPowerW(car: CarState, offeredW: number, random: () => number): number {
  if (offeredW <= 0 || car.chargedWh >= car.wantedWh) return 0;
  const share = car.chargedWh / car.wantedWh;
  const taper = share <= TAPER_FROM ? 1 : 1 - ((share - TAPER_FROM) / (1 - TAPER_FROM)) * (1 - TAPER_FLOOR);
  const ramp = Math.min(1, car.poweredSec / RAMP_SEC);
  // Noise only below the limit: a car never takes more than it is offered.
  return offeredW * ramp * taper * (1 - NOISE * random());
}
