import type { ListingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import { ocpiId } from '../export/ocpi-location.ts';
import { OCPI_DECIMALS, ocpiNumber, ocpiTime } from '../export/ocpi-numbers.ts';
import { bitsAt } from '../rules/bits.ts';
import { SLOT_SEC } from '../rules/booking-times.ts';
import { isNeverOpen } from '../rules/hours.ts';
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
    // The list of tariffs has those of open chargers alone.
    tariff_ids: isOpen(facts) ? [ocpiId(listingId)] : null,
    ...lastUpdated(facts),
  };
}

const WEEK_HOURS = 168;
const DAY_HOURS = 24;

/** OCPI 8.4.21: a period ends on the day on which it begins, and no time is 24:00. */
const clock = (hour: number): string =>
  hour === DAY_HOURS ? '23:59' : `${String(hour).padStart(2, '0')}:00`;

/** OCPI 8.4.11, where there are weekly hours; power ends with them. */
function openingTimes({ listing }: ListingAccount): Expected {
  const open = Array.from({ length: WEEK_HOURS }, (_, hour) => bitsAt(listing.weeklyHours, hour, 1) === 1n);
  if (isNeverOpen(listing.weeklyHours)) return { opening_times: null, charging_when_closed: null };
  if (!open.includes(false))
    return {
      'opening_times.twentyfourseven': true,
      'opening_times.regular_hours': null,
      charging_when_closed: null,
    };
  const regular = Array.from({ length: WEEK_HOURS / DAY_HOURS }, (_, day) =>
    runsOf(open.slice(day * DAY_HOURS, (day + 1) * DAY_HOURS)).map(([begin, end]) => ({
      ...{ weekday: day + 1, period_begin: clock(begin), period_end: clock(end) },
    })),
  );
  return {
    'opening_times.twentyfourseven': false,
    ...byPath(regular.flat(), 'opening_times.regular_hours'),
    charging_when_closed: false,
  };
}

/** Each run of open hours of a day: the first hour, and the one behind the last. */
function runsOf(open: readonly boolean[]): [begin: number, end: number][] {
  const runs: [number, number][] = [];
  let begin = 0;
  for (let hour = 0; hour <= open.length; hour += 1) {
    if (open[hour]) continue;
    if (hour > begin) runs.push([begin, hour]);
    begin = hour + 1;
  }
  return runs;
}

type Token = AuditReport['token'];

/** The fields of a tariff, but for its text. */
export const tariffFields = (facts: ChargerFacts, { token }: Pick<AuditReport, 'token'>): Expected => ({
  id: ocpiId(facts.listing.listingId),
  type: 'REGULAR',
  ...byPath(elementsOf(placed(facts.listing), token), 'elements'),
  last_updated: ocpiTime(facts.updatedAt),
});

const SLOTS_PER_HOUR = 4n;

/**
 * OCPI 11.3.1: the first element that applies counts. So the fee of a driver who does not come, per slot, stands before
 * the prices while charging, which have no restriction.
 */
function elementsOf({ tariff, terms }: PlacedCharger, token: Token): object[] {
  const prices: [string, bigint][] = [
    ['FLAT', tariff.flatFee],
    ['ENERGY', tariff.pricePerKwh],
    ['TIME', tariff.pricePerHour],
    ['PARKING_TIME', tariff.overstayPerHour],
  ];
  const charged = prices.flatMap(([type, units]) => component(token, type, units));
  const free = { type: 'FLAT', price: 0, step_size: 1 };
  const noShow = component(token, 'TIME', terms.noshowFee * SLOTS_PER_HOUR, SLOT_SEC);
  const restrictions = { reservation: 'RESERVATION_EXPIRES' };
  return [
    ...(noShow.length > 0 ? [{ price_components: noShow, restrictions }] : []),
    { price_components: charged.length > 0 ? charged : [free] },
  ];
}

/** None where nothing is left of the price in four decimals. */
function component({ decimals }: Token, type: string, units: bigint, step_size = 1): object[] {
  const price = Number(JSON.stringify(ocpiNumber(units, 10n ** BigInt(decimals))));
  return price === 0 ? [] : [{ type, price, step_size }];
}

/** The prices that a tariff's text has to name, in its order: those that four decimals do not hold. Token units. */
export function amountsInWords({ listing }: ChargerFacts, { decimals }: Token): bigint[] {
  const { tariff, terms } = placed(listing);
  const { pricePerKwh, pricePerHour, overstayPerHour, flatFee } = tariff;
  const noShowPerHour = terms.noshowFee * SLOTS_PER_HOUR;
  const isHeld = (units: bigint) => (units * 10n ** BigInt(OCPI_DECIMALS)) % 10n ** BigInt(decimals) === 0n;
  return [pricePerKwh, pricePerHour, overstayPerHour, flatFee, noShowPerHour].filter(
    (units) => !isHeld(units),
  );
}
