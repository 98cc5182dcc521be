import { z } from 'zod';
import { CONNECTOR_STANDARDS, POWER_TYPES } from '../listing.ts';

/** The classes of OCPI 2.2.1 that this server sends, with the members that it uses; the sections are the standard's. */
export const OCPI_VERSION = '2.2.1';

/** Types, CiString: printable ASCII. */
const ciString = (maxChars: number) =>
  z
    .string()
    .min(1)
    .max(maxChars)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

/** Types, string: without line breaks, tabs, and other characters that cannot be printed. */
const text = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must have no control characters');
const url = z.string().max(255);

/** Types, DateTime: RFC 3339, in UTC. */
const dateTime = z
  .string()
  .max(25)
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/, 'must be a time in UTC, like 2026-01-02T03:04:05Z');

const countryCode = z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1)');
const partyId = z.string().regex(/^[A-Z0-9]{3}$/, 'must be three capital letters or digits');
const party = { country_code: countryCode, party_id: partyId };

/** 8.4.13. Degrees with 5 to 7 decimals. */
const geoLocation = z.strictObject({
  latitude: z.string().regex(/^-?\d{1,2}\.\d{5,7}$/),
  longitude: z.string().regex(/^-?\d{1,3}\.\d{5,7}$/),
});

const standard = z.enum(CONNECTOR_STANDARDS).exclude(['UNKNOWN']);
const format = z.enum(['SOCKET', 'CABLE']);
const powerType = z.enum(POWER_TYPES).exclude(['UNKNOWN']);

/** 8.3.3 */
const connector = z.strictObject({
  id: ciString(36),
  standard,
  format,
  power_type: powerType,
  max_voltage: z.int().positive(),
  max_amperage: z.int().positive(),
  max_electric_power: z.int().positive(),
  /** Left out of one that was removed: its tariff is not in the list any more. */
  tariff_ids: z.array(ciString(36)).min(1).optional(),
  last_updated: dateTime,
});

export const EVSE_STATUSES = [
  'AVAILABLE',
  'BLOCKED',
  'CHARGING',
  'INOPERATIVE',
  'OUTOFORDER',
  'PLANNED',
  'REMOVED',
  'RESERVED',
  'UNKNOWN',
] as const;

/** 8.3.2 */
const evse = z.strictObject({
  uid: ciString(36),
  evse_id: ciString(48),
  status: z.enum(EVSE_STATUSES),
  connectors: z.array(connector).min(1),
  last_updated: dateTime,
});

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** 8.4.14, 8.4.21. Weekdays from 1, Monday, in local time. */
const hours = z.strictObject({
  twentyfourseven: z.boolean(),
  regular_hours: z
    .array(z.strictObject({ weekday: z.int().min(1).max(7), period_begin: clock, period_end: clock }))
    .min(1)
    .optional(),
});

/** 8.4.2 */
const businessDetails = z.strictObject({ name: text(100), website: url.optional() });

/** 8.3.1 */
export const location = z
  .strictObject({
    ...party,
    id: ciString(36),
    publish: z.boolean(),
    address: text(45),
    city: text(45),
    country: z.string().regex(/^[A-Z]{3}$/),
    coordinates: geoLocation,
    parking_type: z.literal('ON_DRIVEWAY'),
    evses: z.array(evse),
    operator: businessDetails,
    time_zone: text(255),
    opening_times: hours.optional(),
    charging_when_closed: z.literal(false).optional(),
    last_updated: dateTime,
  })
  .meta({
    id: 'OcpiLocation',
    description: 'OCPI 2.2.1, 8.3.1. Its coordinates are the centre of an H3 cell.',
  });
export type OcpiLocation = z.infer<typeof location>;

export const locationEvse = evse.meta({ id: 'OcpiEvse', description: 'OCPI 2.2.1, 8.3.2.' });
export const locationConnector = connector.meta({
  id: 'OcpiConnector',
  description: 'OCPI 2.2.1, 8.3.3.',
});

const decimal = z.number().min(0);

/** 11.4.2 */
const priceComponent = z.strictObject({
  type: z.enum(['ENERGY', 'FLAT', 'PARKING_TIME', 'TIME']),
  price: decimal,
  step_size: z.int().min(1),
});

/** 11.3.1 */
export const tariff = z
  .strictObject({
    ...party,
    id: ciString(36),
    currency: z.string().regex(/^[A-Z]{3}$/),
    type: z.literal('REGULAR'),
    tariff_alt_text: z.array(z.strictObject({ language: z.literal('en'), text: text(512) })),
    elements: z
      .array(
        z.strictObject({
          price_components: z.array(priceComponent).min(1),
          restrictions: z.strictObject({ reservation: z.literal('RESERVATION_EXPIRES') }).optional(),
        }),
      )
      .min(1),
    last_updated: dateTime,
  })
  .meta({ id: 'OcpiTariff', description: 'OCPI 2.2.1, 11.3.1.' });
export type OcpiTariff = z.infer<typeof tariff>;

/** 10.4.6 */
const chargingPeriod = z.strictObject({
  start_date_time: dateTime,
  tariff_id: ciString(36),
  dimensions: z
    .array(
      z.strictObject({
        type: z.enum(['ENERGY', 'PARKING_TIME', 'RESERVATION_TIME', 'TIME']),
        volume: decimal,
      }),
    )
    .min(1),
});

/** 10.4.7, 10.4.8 */
const signedData = z.strictObject({
  encoding_method: ciString(36),
  public_key: ciString(512).optional(),
  signed_values: z
    .array(z.strictObject({ nature: ciString(32), plain_data: text(512), signed_data: text(5_000) }))
    .min(1),
});

/** 10.4.4 */
const cdrLocation = z.strictObject({
  id: ciString(36),
  address: text(45),
  city: text(45),
  country: z.string().regex(/^[A-Z]{3}$/),
  coordinates: geoLocation,
  evse_uid: ciString(36),
  evse_id: ciString(48),
  connector_id: ciString(36),
  connector_standard: standard,
  connector_format: format,
  connector_power_type: powerType,
});

const price = z.strictObject({ excl_vat: decimal });

/** 10.3.1 */
export const cdr = z
  .strictObject({
    ...party,
    /** 39 characters are for credit records alone. */
    id: ciString(36),
    start_date_time: dateTime,
    end_date_time: dateTime,
    session_id: ciString(36).optional(),
    cdr_token: z.strictObject({
      ...party,
      uid: ciString(36),
      type: z.literal('APP_USER'),
      contract_id: ciString(36),
    }),
    auth_method: z.literal('COMMAND'),
    cdr_location: cdrLocation,
    currency: z.string().regex(/^[A-Z]{3}$/),
    tariffs: z.array(tariff),
    charging_periods: z.array(chargingPeriod).min(1),
    signed_data: signedData.optional(),
    total_cost: price,
    total_energy: decimal,
    total_time: decimal,
    total_parking_time: decimal,
    total_reservation_cost: price.optional(),
    remark: text(255),
    last_updated: dateTime,
  })
  .meta({ id: 'OcpiCdr', description: 'OCPI 2.2.1, 10.3.1.' });
export type OcpiCdr = z.infer<typeof cdr>;

const ROLES = ['CPO', 'EMSP', 'HUB', 'NAP', 'NSP', 'OTHER', 'SCSP'] as const;

/** 7.4.1 */
const role = z.strictObject({ role: z.enum(ROLES), business_details: businessDetails, ...party });

/** Of the other side: both codes in any case. */
const foreignRole = z.looseObject({
  role: z.enum(ROLES),
  business_details: z.looseObject({ name: text(100) }),
  country_code: z.string().regex(/^[A-Z]{2}$/i, 'must be two letters (ISO 3166-1)'),
  party_id: z.string().regex(/^[A-Z0-9]{3}$/i, 'must be three letters or digits'),
});

/** 7.3.1. What the other side sends: members that are not used here may be there. */
export const foreignCredentials = z
  .looseObject({
    token: ciString(64),
    url: z.url({ protocol: /^https?$/ }).max(255),
    roles: z.array(foreignRole).min(1).max(32),
  })
  .meta({ id: 'OcpiForeignCredentials' });

export const credentials = z
  .strictObject({ token: ciString(64), url, roles: z.array(role).min(1) })
  .meta({ id: 'OcpiCredentials', description: 'OCPI 2.2.1, 7.3.1.' });

export const version = z.strictObject({ version: z.literal(OCPI_VERSION), url });

export const versionDetails = z.strictObject({
  version: z.literal(OCPI_VERSION),
  endpoints: z.array(
    z.strictObject({
      identifier: z.enum(['cdrs', 'credentials', 'locations', 'tariffs']),
      role: z.literal('SENDER'),
      url,
    }),
  ),
});

/** 4.1.7: what everything is sent in. */
const envelope = z.strictObject({
  status_code: z.literal(1_000),
  status_message: z.string(),
  timestamp: dateTime,
});
export const envelopeOf = <T extends z.ZodType>(data: T) => envelope.extend({ data });

/** The answer to a request that has nothing to get. */
export const done = envelope.meta({ id: 'OcpiDone', description: 'OCPI 2.2.1, 4.1.7, without data.' });

/** Without data, and with a code of its own (5). */
export const refusal = z
  .strictObject({
    status_code: z.int().min(2_000).max(3_999),
    status_message: z.string(),
    timestamp: dateTime,
  })
  .meta({ id: 'OcpiRefusal', description: 'OCPI 2.2.1, 5: the status code says which kind of refusal.' });

/** Identifies a listing where OCPI allows 36 characters: the first 18 of its 32 bytes. */
export const ocpiId = (id: string): string => id.slice(2, 38);
