import { z } from 'zod';
import {
  ciString,
  country,
  dateTime,
  displayText,
  int,
  isUnique,
  many,
  number,
  oneOf,
  party,
  some,
  text,
  url,
} from './types.ts';

/** OCPI 2.2.1, chapter 8, from the standard's text. */

/** 8.4.13: string(10) and string(11), with the regular expressions of the text. */
export const geoLocation = z.strictObject({
  latitude: z
    .string()
    .max(10)
    .regex(/^-?[0-9]{1,2}\.[0-9]{5,7}$/),
  longitude: z
    .string()
    .max(11)
    .regex(/^-?[0-9]{1,3}\.[0-9]{5,7}$/),
});

/** 8.4.15, 8.4.16 */
const image = z.strictObject({
  ...{ url, thumbnail: url.optional() },
  category: z.enum(['CHARGER', 'ENTRANCE', 'LOCATION', 'NETWORK', 'OPERATOR', 'OTHER', 'OWNER']),
  type: ciString(4),
  ...{ width: int.max(99_999).optional(), height: int.max(99_999).optional() },
});

/** 8.4.2 */
export const businessDetails = z.strictObject({
  ...{ name: text(100), website: url.optional(), logo: image.optional() },
});

/** 8.4.5: those of 2.2.1; an enum, not one that is open to others. */
export const connectorType = z.enum([
  ...(['CHADEMO', 'CHAOJI', 'GBT_AC', 'GBT_DC', 'TESLA_R', 'TESLA_S'] as const),
  ...([...'ABCDEFGHIJKLMNO'].map((letter) => `DOMESTIC_${letter}`) as `DOMESTIC_${string}`[]),
  ...(['single_16', 'three_16', 'three_32', 'three_64'] as const).map(
    (kind) => `IEC_60309_2_${kind}` as const,
  ),
  ...(['T1', 'T1_COMBO', 'T2', 'T2_COMBO', 'T3A', 'T3C'] as const).map(
    (kind) => `IEC_62196_${kind}` as const,
  ),
  ...(['5_20', '6_30', '6_50', '10_30', '10_50', '14_30', '14_50'] as const).map(
    (kind) => `NEMA_${kind}` as const,
  ),
  ...(['PANTOGRAPH_BOTTOM_UP', 'PANTOGRAPH_TOP_DOWN'] as const),
]);
/** 8.4.4, 8.4.19 */
export const connectorFormat = z.enum(['SOCKET', 'CABLE']);
export const powerType = z.enum(['AC_1_PHASE', 'AC_2_PHASE', 'AC_2_PHASE_SPLIT', 'AC_3_PHASE', 'DC']);

/** 8.3.3 */
export const connector = z.strictObject({
  id: ciString(36),
  ...{ standard: connectorType, format: connectorFormat, power_type: powerType },
  ...{ max_voltage: int, max_amperage: int, max_electric_power: int.optional() },
  tariff_ids: many(ciString(36)),
  terms_and_conditions: url.optional(),
  last_updated: dateTime,
});

/** 8.4.22 */
const status = oneOf('AVAILABLE BLOCKED CHARGING INOPERATIVE OUTOFORDER PLANNED REMOVED RESERVED UNKNOWN');

/** 8.4.3 */
const capability = oneOf(
  'CHARGING_PROFILE_CAPABLE CHARGING_PREFERENCES_CAPABLE CHIP_CARD_SUPPORT CONTACTLESS_CARD_SUPPORT CREDIT_CARD_PAYABLE DEBIT_CARD_PAYABLE PED_TERMINAL REMOTE_START_STOP_CAPABLE RESERVABLE RFID_READER START_SESSION_CONNECTOR_REQUIRED TOKEN_GROUP_CAPABLE UNLOCK_CAPABLE',
);

/** 8.3.2; its connectors' ids differ from each other, and it is not older than they are. */
export const evse = z
  .strictObject({
    uid: ciString(36),
    /** eMI3: country, operator, `E`, and what names the outlet. */
    evse_id: ciString(48)
      .regex(/^[A-Z]{2}\*?[A-Z0-9]{3}\*?E[A-Z0-9][A-Z0-9*]{0,30}$/i)
      .optional(),
    status,
    status_schedule: many(
      z.strictObject({ period_begin: dateTime, period_end: dateTime.optional(), status }),
    ),
    capabilities: many(capability),
    connectors: some(connector),
    ...{ floor_level: text(4).optional(), coordinates: geoLocation.optional() },
    ...{ physical_reference: text(16).optional(), directions: many(displayText) },
    parking_restrictions: many(z.enum(['EV_ONLY', 'PLUGGED', 'DISABLED', 'CUSTOMERS', 'MOTORCYCLES'])),
    images: many(image),
    last_updated: dateTime,
  })
  .refine(({ connectors }) => isUnique(connectors.map(({ id }) => id)))
  .refine((one) => one.connectors.every(({ last_updated }) => last_updated <= one.last_updated));

/** 8.4.21: hours of the day to 23:59, and an end behind the begin. */
const clock = z.string().regex(/^([0-1][0-9]|2[0-3]):[0-5][0-9]$/);
const regularHours = z
  .strictObject({ weekday: int.min(1).max(7), period_begin: clock, period_end: clock })
  .refine(({ period_begin, period_end }) => period_end > period_begin);
const exceptionalPeriod = z.strictObject({ period_begin: dateTime, period_end: dateTime });

/** 8.4.14: regular hours where it is not open all the time, at least one, and nowhere else. */
const hours = z
  .strictObject({
    twentyfourseven: z.boolean(),
    regular_hours: many(regularHours),
    exceptional_openings: many(exceptionalPeriod),
    exceptional_closings: many(exceptionalPeriod),
  })
  .refine(({ twentyfourseven, regular_hours = [] }) => twentyfourseven === (regular_hours.length === 0));

/** 8.4.6 to 8.4.10 */
const energyMix = z.strictObject({
  is_green_energy: z.boolean(),
  energy_sources: many(z.strictObject({ source: text(64), percentage: number })),
  environ_impact: many(z.strictObject({ category: text(64), amount: number })),
  ...{ supplier_name: text(64).optional(), energy_product_name: text(64).optional() },
});

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
};

/** 8.3.1; EVSEs of different uids, and none newer than their location. */
export const location = z
  .strictObject({
    ...party,
    id: ciString(36),
    publish: z.boolean(),
    name: text(255).optional(),
    ...{ address: text(45), city: text(45), postal_code: text(10).optional() },
    ...{ state: text(20).optional(), country, coordinates: geoLocation },
    related_locations: many(geoLocation.extend({ name: displayText.optional() })),
    parking_type: oneOf(
      'ALONG_MOTORWAY PARKING_GARAGE PARKING_LOT ON_DRIVEWAY ON_STREET UNDERGROUND_GARAGE',
    ).optional(),
    evses: many(evse),
    directions: many(displayText),
    ...{ operator: businessDetails.optional(), suboperator: businessDetails.optional() },
    owner: businessDetails.optional(),
    facilities: many(text(30)),
    time_zone: text(255).refine(isTimeZone),
    opening_times: hours.optional(),
    charging_when_closed: z.boolean().optional(),
    images: many(image),
    energy_mix: energyMix.optional(),
    last_updated: dateTime,
  })
  .refine(({ evses = [] }) => isUnique(evses.map(({ uid }) => uid)))
  .refine((one) => (one.evses ?? []).every(({ last_updated }) => last_updated <= one.last_updated));
