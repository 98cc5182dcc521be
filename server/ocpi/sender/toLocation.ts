import { type OcpiLocation, ocpiId } from '../../../protocol/api/ocpi-objects.ts';
import { unpackHours } from '../../../protocol/hours.ts';
import { type Location, unpackLocation } from '../../../protocol/listing.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { isoTime } from '../../../protocol/units.ts';
import { toTermsStruct } from '../../chain/terms.ts';
import type { ChargerRow } from '../../listing/store.ts';
import { type Area, NOT_PUBLISHED } from './area.ts';
import type { Sender } from './party.ts';

type Evse = OcpiLocation['evses'][number];
type Connector = Evse['connectors'][number];

/** Each listing is a location with one EVSE that has one connector. */
export const CONNECTOR_ID = '1';

/** Volts of a phase against neutral; of direct current what most cars take. */
const VOLTS = { AC: 230, DC: 400 } as const;
const PHASES = { AC_1_PHASE: 1, AC_2_PHASE: 2, AC_3_PHASE: 3, DC: 1 } as const;

export interface LocationView {
  row: ChargerRow;
  area: Area;
  status: Evse['status'];
  /** Unix seconds. */
  updatedAt: number;
}

export const evseIdOf = ({ countryCode, partyId }: Sender, listingId: string): string =>
  `${countryCode}*${partyId}*E${listingId.slice(2, 26).toUpperCase()}`;

/** The middle of the cell that the listing names, never the house. */
export const coordinatesOf = ({
  latitudeE6,
  longitudeE6,
}: Pick<ChargerRow, 'latitudeE6' | 'longitudeE6'>) => ({
  latitude: ((latitudeE6 ?? 0) / 1e6).toFixed(6),
  longitude: ((longitudeE6 ?? 0) / 1e6).toFixed(6),
});

/** What OCPI calls the connector of a listing; undefined where it has no word for it. */
export function connectorOf({ connectorStandard, powerType }: Location) {
  if (connectorStandard === 'UNKNOWN' || powerType === 'UNKNOWN') return undefined;
  const format: Connector['format'] = connectorStandard.startsWith('DOMESTIC') ? 'SOCKET' : 'CABLE';
  return { standard: connectorStandard, format, powerType };
}

/** A charger as an OCPI location. One that was closed, or whose connector OCPI has no word for, is not to be shown. */
export function toLocation(sender: Sender, { row, area, status, updatedAt }: LocationView): OcpiLocation {
  const evse = evseOf(sender, row, status, updatedAt);
  return {
    country_code: sender.countryCode,
    party_id: sender.partyId,
    id: ocpiId(row.listingId),
    publish: evse !== undefined && status !== 'REMOVED',
    address: NOT_PUBLISHED,
    city: area.city,
    country: area.country,
    coordinates: coordinatesOf(row),
    parking_type: 'ON_DRIVEWAY',
    evses: evse === undefined ? [] : [evse],
    operator: { name: sender.operatorName },
    time_zone: area.timeZone,
    ...openingTimes(BigInt(row.weeklyHours)),
    last_updated: isoTime(updatedAt),
  };
}

/** No capabilities: those of OCPI are commands (13), which this server does not take. */
function evseOf(
  sender: Sender,
  row: ChargerRow,
  status: Evse['status'],
  updatedAt: number,
): Evse | undefined {
  const connector = connectorOf(unpackLocation(BigInt(row.location)));
  if (connector === undefined) return undefined;
  const { standard, format, powerType } = connector;
  const watts = Math.max(Number(fromTermsStruct(toTermsStruct(row)).metering.maxPowerW), 1);
  const volts = powerType === 'DC' ? VOLTS.DC : VOLTS.AC;
  const last_updated = isoTime(updatedAt);
  return {
    uid: ocpiId(row.listingId),
    evse_id: evseIdOf(sender, row.listingId),
    status,
    connectors: [
      {
        ...{ id: CONNECTOR_ID, standard, format, power_type: powerType },
        max_voltage: volts,
        max_amperage: Math.max(Math.round(watts / (volts * PHASES[powerType])), 1),
        max_electric_power: watts,
        ...(status !== 'REMOVED' && { tariff_ids: [ocpiId(row.listingId)] }),
        last_updated,
      },
    ],
    last_updated,
  };
}

const ALL_HOURS = (1n << 168n) - 1n;
/** 8.4.21 has no 24:00, and a period ends on the day on which it begins. */
const clock = (hour: number): string => (hour === 24 ? '23:59' : `${String(hour).padStart(2, '0')}:00`);

/**
 * The weekly hours of a listing, each run of hours of a day as one. One without hours is booked by the host's offers
 * alone: OCPI has no word for it. Power ends with the booking, which lies within the hours.
 */
function openingTimes(weeklyHours: bigint): Pick<OcpiLocation, 'opening_times' | 'charging_when_closed'> {
  const { mask } = unpackHours(weeklyHours);
  if (mask === ALL_HOURS) return { opening_times: { twentyfourseven: true } };
  if (mask === 0n) return {};
  const isOpen = (day: number, hour: number) =>
    hour >= 0 && hour < 24 && ((mask >> BigInt(day * 24 + hour)) & 1n) === 1n;
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const regular_hours = Array.from({ length: 7 }, (_, day) => day).flatMap((day) => {
    const begins = hours.filter((hour) => isOpen(day, hour) && !isOpen(day, hour - 1));
    const ends = hours.filter((hour) => isOpen(day, hour) && !isOpen(day, hour + 1));
    return begins.map((begin, i) => ({
      weekday: day + 1,
      period_begin: clock(begin),
      period_end: clock(ends[i]! + 1),
    }));
  });
  return { opening_times: { twentyfourseven: false, regular_hours }, charging_when_closed: false };
}
