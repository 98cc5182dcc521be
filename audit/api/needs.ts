import { SLOT_SEC } from '../rules/booking-times.ts';
import { type Draw, oneOf, someOf } from './drawing.ts';
import { drawFilters, type Filters, queryOf } from './filters.ts';
import type { PlacedCharger } from './placed-charger.ts';

/** What a driver asks quotes for. */
export interface Need extends Filters {
  latitude: number;
  longitude: number;
  radiusKm: number;
  energyWh: number;
  powerW?: number;
  durationSec?: number;
  /** Unix seconds. */
  from: number;
  by?: number;
}

/** How many needs are drawn; each is asked for in every order. */
const NEEDS = 4;

const HOUR_SEC = 3_600;

/** Ten thousandths of a degree, a kilometre or two in all. */
const toTenThousandth = (degrees: number): number => Math.round(degrees * 1e4) / 1e4;

/** Needs around some of the chargers, from a later hour than `afterSec` on: a booking made within seconds fits alike. */
export const drawNeeds = (draw: Draw, chargers: readonly PlacedCharger[], afterSec: number): Need[] =>
  someOf(draw, chargers, NEEDS).map((charger) => drawNeed(draw, charger, afterSec));

function drawNeed(draw: Draw, charger: PlacedCharger, afterSec: number): Need {
  const from = (Math.ceil(afterSec / HOUR_SEC) + 1 + draw(24)) * HOUR_SEC + draw(2) * (SLOT_SEC + 300);
  const shift = () => (draw(400) - 200) / 1e4;
  return {
    latitude: Math.min(90, Math.max(-90, toTenThousandth(charger.latitude + shift()))),
    longitude: Math.min(180, Math.max(-180, toTenThousandth(charger.longitude + shift()))),
    radiusKm: oneOf(draw, [1.5, 5, 25, 100]),
    energyWh: 1_000 + draw(40_000),
    ...oneOf(draw, [{}, { powerW: 2_300 + draw(20_000) }]),
    ...oneOf(draw, [{}, { durationSec: HOUR_SEC + draw(4 * HOUR_SEC) }]),
    from,
    ...oneOf(draw, [{}, { by: from + HOUR_SEC * (1 + draw(12)) }]),
    ...drawFilters(draw, charger),
  };
}

export type QuoteOrder = 'cost' | 'finish' | 'distance';

/** The longest answer. */
export const MOST_QUOTES = 100;

export const quotePath = (need: Need, sort: QuoteOrder): string =>
  `/quotes?${queryOf({ ...need, sort, limit: MOST_QUOTES })}`;
