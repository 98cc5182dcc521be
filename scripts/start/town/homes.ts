import { ALWAYS, type WeeklyHours } from '../../../protocol/hours.ts';
import type { Tariff } from '../../../protocol/terms.ts';
import type { Home } from '../../client/host.ts';

/** What is the matter with a home, besides what its drivers do. */
type Condition = 'FREE' | 'OWNER_CHARGES' | 'FAULTY' | 'OFFLINE';

export interface TownHome extends Home {
  chargePointId: string;
  powerW: number;
  connectorStandard: 'IEC_62196_T2' | 'DOMESTIC_F';
  condition: Condition;
}

/** Token units of 6 decimals. */
const perKwh = (pricePerKwh: bigint, more: Partial<Tariff> = {}): Tariff => ({
  pricePerKwh,
  pricePerHour: 0n,
  overstayPerHour: 2_000_000n,
  flatFee: 0n,
  overstayReserve: 500_000n,
  discountBp: 0n,
  ...more,
});

/** From 18:00 to 8:00, each day: who works from there parks elsewhere by then. */
const AT_NIGHT: WeeklyHours = {
  ...ALWAYS,
  mask: Array.from({ length: 168 }, (_unused, hour) => BigInt(hour)).reduce(
    (mask, hour) => (hour % 24n < 8n || hour % 24n >= 18n ? mask | (1n << hour) : mask),
    0n,
  ),
  utcOffset: 4,
};

const home = (
  number: number,
  powerW: number,
  tariff: Tariff,
  [latitude, longitude]: [number, number],
  instructions: string,
  more: Partial<TownHome> = {},
): TownHome => ({
  chargePointId: `HOME-${number}`,
  ...{ powerW, tariff, latitude, longitude, instructions },
  connectorStandard: 'IEC_62196_T2',
  condition: 'FREE',
  weeklyHours: ALWAYS,
  contact: `home-${number}@example.org`,
  ...more,
});

/** Nine homes of a town; the tenth is the first charger of a local run. */
export const HOMES: readonly TownHome[] = [
  home(
    1,
    22_000,
    perKwh(390_000n),
    [52.5322, 13.4021],
    'In the yard, second door. The light comes by itself.',
  ),
  home(2, 11_000, perKwh(220_000n), [52.4986, 13.3918], 'Beside the bicycles. Please close the gate.'),
  home(3, 7_400, perKwh(290_000n), [52.5407, 13.4217], 'Ring at Maier, then to the right.', {
    weeklyHours: AT_NIGHT,
  }),
  home(4, 11_000, perKwh(310_000n), [52.5065, 13.4431], 'Under the carport.', { condition: 'OWNER_CHARGES' }),
  home(5, 11_000, perKwh(270_000n), [52.523, 13.3402], 'Behind the house, past the bins.', {
    condition: 'FAULTY',
  }),
  home(6, 3_700, perKwh(190_000n), [52.4862, 13.424], 'A plain socket: bring your own cable box.', {
    connectorStandard: 'DOMESTIC_F',
  }),
  home(7, 22_000, perKwh(350_000n, { pricePerHour: 300_000n }), [52.552, 13.36], 'In the garage, bay 2.'),
  home(8, 11_000, perKwh(240_000n), [52.5145, 13.465], 'At the fence in front of the house.', {
    condition: 'OFFLINE',
  }),
  home(9, 7_400, perKwh(250_000n, { flatFee: 500_000n }), [52.5099, 13.3265], 'Left of the entrance.'),
];

/**
 * Where guests charge now and then, and where whole charges are shown, the first that is free: the page's readers may book
 * there too.
 */
export const CHARGED_AT = ['HOME-7', 'HOME-9', 'HOME-6'];
export const SHOWN_AT = ['HOME-1', 'HOME-2', 'HOME-9', 'HOME-7'];
