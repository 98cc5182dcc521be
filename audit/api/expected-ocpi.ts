import type { ListingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import { ocpiId } from '../export/ocpi-location.ts';
import { ocpiNumber, ocpiTime } from '../export/ocpi-numbers.ts';
import { bitsAt } from '../rules/bits.ts';
import { SLOT_SEC } from '../rules/booking-times.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import { byPath, type Expected } from './differences.ts';
import type { ChargerFacts } from './expected-charger.ts';
import { type PlacedCharger, placed } from './placed-charger.ts';
import type { AnyObject } from './source.ts';

/** Volts of a phase against neutral, and of direct current what most cars take. */
const VOLTS_AC = 230;
const VOLTS_DC = 400;
const PHASES: Readonly<Record<string, number>> = { AC_1_PHASE: 1, AC_2_PHASE: 2, AC_3_PHASE: 3, DC: 1 };

/** Each listing is a location with one EVSE that has one connector. */
export const CONNECTOR_ID = '1';

const isOpen = ({ listing }: ChargerFacts): boolean => listing.status === LISTING_STATUS.OPEN;

/** Whether OCPI has words for the connector: else it has no EVSE. */
export function hasEvse({ listing }: ChargerFacts): boolean {
  const { connectorStandard, powerType } = placed(listing);
  return connectorStandard !== 'UNKNOWN' && powerType !== 'UNKNOWN';
}

/** A closed charger changes by the ledger alone; an open one by its agent's word as well. */
const lastUpdated = (facts: ChargerFacts): Expected =>
  isOpen(facts) ? {} : { last_updated: ocpiTime(facts.updatedAt) };

/** The fields of a location that the ledger decides. Country and party are the operator's own, and part of the EVSE's id. */
export function locationFields(facts: ChargerFacts, found: AnyObject): Expected {
  const { listing } = facts;
  const { latitude, longitude } = placed(listing);
  const evses = hasEvse(facts) ? evseFields(facts, found) : undefined;
  return {
    id: ocpiId(listing.listingId),
    publish: evses !== undefined && isOpen(facts),
    address: 'not published',
    'coordinates.latitude': latitude.toFixed(6),
    'coordinates.longitude': longitude.toFixed(6),
    'evses.length': evses === undefined ? 0 : 1,
    ...under('evses.0', evses ?? {}),
    ...openingTimes(listing),
    ...lastUpdated(facts),
  };
}

const under = (path: string, fields: Expected): Expected =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${path}.${name}`, value]));

export function evseFields(facts: ChargerFacts, party: AnyObject): Expected {
  const { listingId } = facts.listing;
  return {
    uid: ocpiId(listingId),
    evse_id: `${party.country_code}*${party.party_id}*E${listingId.slice(2, 26).toUpperCase()}`,
    ...(isOpen(facts) ? {} : { status: 'REMOVED' }),
    'connectors.length': 1,
    ...under('connectors.0', connectorFields(facts)),
    ...lastUpdated(facts),
  };
}

export function connectorFields(facts: ChargerFacts): Expected {
  const { listingId, connectorStandard, powerType, maxPowerW } = placed(facts.listing);
  const volts = powerType === 'DC' ? VOLTS_DC : VOLTS_AC;
  return {
    id: CONNECTOR_ID,
    standard: connectorStandard,
    format: connectorStandard.startsWith('DOMESTIC') ? 'SOCKET' : 'CABLE',
    power_type: powerType,
    max_voltage: volts,
    max_amperage: Math.max(1, Math.round(maxPowerW / (volts * PHASES[powerType]!))),
    max_electric_power: maxPowerW,
    tariff_ids: [ocpiId(listingId)],
    ...lastUpdated(facts),
  };
}

const WEEK_HOURS = 168;
const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** OCPI 8.4.11: each run of open hours of a day. */
function openingTimes({ listing }: ListingAccount): Expected {
  const open = Array.from({ length: WEEK_HOURS }, (_, hour) => bitsAt(listing.weeklyHours, hour, 1) === 1n);
  if (!open.includes(false))
    return { 'opening_times.twentyfourseven': true, 'opening_times.regular_hours': null };
  const regular: { weekday: number; period_begin: string; period_end: string }[] = [];
  for (let day = 0; day < 7; day += 1) {
    let begin = 0;
    for (let hour = 0; hour <= 24; hour += 1) {
      const isInRun = hour < 24 && open[day * 24 + hour];
      if (isInRun) continue;
      if (hour > begin)
        regular.push({ weekday: day + 1, period_begin: clock(begin), period_end: clock(hour) });
      begin = hour + 1;
    }
  }
  return { 'opening_times.twentyfourseven': false, ...byPath(regular, 'opening_times.regular_hours') };
}

const SLOTS_PER_HOUR = 4n;

/** The fields of a tariff, but for its text. */
export const tariffFields = (facts: ChargerFacts, { token }: Pick<AuditReport, 'token'>): Expected => ({
  id: ocpiId(facts.listing.listingId),
  type: 'REGULAR',
  ...byPath(elementsOf(placed(facts.listing), token.decimals), 'elements'),
  last_updated: ocpiTime(facts.updatedAt),
});

/** Prices while charging, and where there is one the fee of a driver who does not come, per slot. */
function elementsOf({ tariff, terms }: PlacedCharger, decimals: number): object[] {
  const component = (type: string, units: bigint, step_size = 1) => ({
    type,
    price: Number(JSON.stringify(ocpiNumber(units, 10n ** BigInt(decimals)))),
    step_size,
  });
  const prices: [string, bigint][] = [
    ['FLAT', tariff.flatFee],
    ['ENERGY', tariff.pricePerKwh],
    ['TIME', tariff.pricePerHour],
    ['PARKING_TIME', tariff.overstayPerHour],
  ];
  const charged = prices.filter(([, units]) => units > 0n).map(([type, units]) => component(type, units));
  const charging = { price_components: charged.length > 0 ? charged : [component('ENERGY', 0n)] };
  if (terms.noshowFee === 0n) return [charging];
  const price_components = [component('TIME', terms.noshowFee * SLOTS_PER_HOUR, SLOT_SEC)];
  return [charging, { price_components, restrictions: { reservation: 'RESERVATION_EXPIRES' } }];
}

/** The amounts that a tariff's text names, in its order; token units. */
export function amountsInWords({ listing }: ChargerFacts): bigint[] {
  const { tariff, terms } = placed(listing);
  const others = [tariff.pricePerHour, tariff.overstayPerHour, tariff.flatFee, terms.noshowFee];
  return [tariff.pricePerKwh, ...others.filter((units) => units > 0n)];
}
