import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Priced } from './oracle.ts';
import { floor, plus, type Rational, ratio, times } from './rational.ts';

/** A tariff and a charge detail record by others (OCPI 2.2.1): the fields that are read here. */
interface OcpiTariff {
  elements: { price_components: OcpiComponent[]; restrictions?: object }[];
}

interface OcpiComponent {
  type: keyof typeof OURS;
  /** Price per kWh, hour, or session; without tax. */
  price: number;
  /** Wh or seconds; a step that has begun is billed. */
  step_size: number;
}

interface OcpiRecord {
  charging_periods: { dimensions: { type: string; volume: number }[] }[];
  total_cost: { excl_vat: number };
}

/** Names here for OCPI's dimensions, and how many units here are one unit there. */
const OURS = {
  ENERGY: { price: 'pricePerKwh', used: 'energyWh', perUnit: 1_000n },
  TIME: { price: 'pricePerHour', used: 'timeSec', perUnit: 3_600n },
  PARKING_TIME: { price: 'overstayPerHour', used: 'overstaySec', perUnit: 3_600n },
  FLAT: { price: 'flatFee', used: 'sessions', perUnit: 1n },
} as const;

type Used = Record<(typeof OURS)[keyof typeof OURS]['used'], bigint>;

/** A record in the terms of protocol/. */
export interface OcpiCase {
  name: string;
  priced: Priced;
  /** In millionths of the currency, without tax. */
  total: bigint;
  /** The most that begun steps add, in millionths. Zero if no step was begun and not used up. */
  steps: bigint;
}

const TOKEN_UNITS = ratio(1_000_000n);

/** The exact value of a number in JSON text. */
function decimal(value: number): Rational {
  const [whole = '', part = ''] = String(value).split('.');
  return ratio(BigInt(whole + part), 10n ** BigInt(part.length));
}

const tokens = (price: number): bigint => floor(times(decimal(price), TOKEN_UNITS));

const isWhole = ({ num, den }: Rational): boolean => num % den === 0n;

/** Usage of each kind; undefined when an amount is not a whole number of units here. */
function usedIn(record: OcpiRecord): Used | undefined {
  const dimensions = record.charging_periods.flatMap((period) => period.dimensions);
  const used: Used = { energyWh: 0n, timeSec: 0n, overstaySec: 0n, sessions: 1n };
  for (const [type, { used: name, perUnit }] of Object.entries(OURS)) {
    const volumes = dimensions.filter((each) => each.type === type).map(({ volume }) => decimal(volume));
    const sum = times(volumes.reduce(plus, ratio(0n)), ratio(perUnit));
    if (!isWhole(sum)) return undefined;
    used[name] += floor(sum);
  }
  return used;
}

/** Undefined when the case needs other price components: restrictions, several elements, parts of seconds. */
function caseOf(name: string, tariff: OcpiTariff, record: OcpiRecord): OcpiCase | undefined {
  const [element, ...more] = tariff.elements;
  const used = usedIn(record);
  if (!element || more.length > 0 || element.restrictions || !used) return undefined;
  const prices = {
    pricePerKwh: 0n,
    pricePerHour: 0n,
    overstayPerHour: 0n,
    flatFee: 0n,
    overstayReserve: 0n,
    discountBp: 0n,
  };
  let steps = 0n;
  for (const { type, price, step_size } of element.price_components) {
    const ours = OURS[type];
    prices[ours.price] = tokens(price);
    const isBegun = step_size > 1 && used[ours.used] % BigInt(step_size) !== 0n;
    if (isBegun) steps += (tokens(price) * BigInt(step_size)) / ours.perUnit;
  }
  const usage = {
    energyWh: Number(used.energyWh),
    beganAt: 0,
    endedAt: Number(used.timeSec),
    overstaySec: Number(used.overstaySec),
  };
  const priced = { tariff: prices, usage, cap: 2n ** 63n };
  return { name, priced, total: tokens(record.total_cost.excl_vat), steps };
}

/** Every charge detail record of a folder with its tariff, as far as these price components can express it. */
export function readOcpiCases(folder: string): { cases: OcpiCase[]; others: string[] } {
  const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as T;
  const cases: OcpiCase[] = [];
  const others: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const tariff = read<OcpiTariff>(name, 'tariff.json');
    for (const file of readdirSync(join(folder, name)).filter((each) => each.startsWith('cdr'))) {
      const one = caseOf(`${name}/${file}`, tariff, read<OcpiRecord>(name, file));
      if (one === undefined) others.push(`${name}/${file}`);
      else cases.push(one);
    }
  }
  return { cases, others };
}
