import { z } from 'zod';
import { connectorFormat, connectorType, geoLocation, powerType } from './locations.ts';
import { tariff } from './tariffs.ts';
import {
  ciString,
  country,
  currency,
  dateTime,
  int,
  many,
  number,
  oneOf,
  party,
  price,
  some,
  text,
} from './types.ts';

/** OCPI 2.2.1, chapter 10, from the standard's text. */

/** 10.4.3 without those that are for sessions alone. */
const dimensionType = oneOf(
  'ENERGY MAX_CURRENT MIN_CURRENT MAX_POWER MIN_POWER PARKING_TIME RESERVATION_TIME TIME',
);

/** 10.4.2, 10.4.6 */
const chargingPeriod = z.strictObject({
  start_date_time: dateTime,
  dimensions: some(z.strictObject({ type: dimensionType, volume: number })),
  tariff_id: ciString(36).optional(),
});

/** 10.4.8. Both texts are required; the signed one is in Base64. */
const signedValue = z.strictObject({
  nature: ciString(32).refine((nature) => ['Start', 'End', 'Intermediate'].includes(nature)),
  plain_data: text(512),
  signed_data: z.base64().min(1).max(5_000),
});

/** 10.4.7 */
const signedData = z.strictObject({
  encoding_method: ciString(36),
  encoding_method_version: int.optional(),
  public_key: z.base64().min(1).max(512).optional(),
  signed_values: some(signedValue),
  url: text(512).optional(),
});

/** 10.4.4 */
const cdrLocation = z.strictObject({
  id: ciString(36),
  name: text(255).optional(),
  ...{ address: text(45), city: text(45), postal_code: text(10).optional() },
  ...{ state: text(20).optional(), country, coordinates: geoLocation },
  ...{ evse_uid: ciString(36), evse_id: ciString(48), connector_id: ciString(36) },
  connector_standard: connectorType,
  ...{ connector_format: connectorFormat, connector_power_type: powerType },
});

/** 10.4.5 */
const cdrToken = z.strictObject({
  ...party,
  uid: ciString(36),
  type: z.enum(['AD_HOC_USER', 'APP_USER', 'OTHER', 'RFID']),
  contract_id: ciString(36),
});

const whole = z.strictObject({
  ...party,
  id: ciString(39),
  ...{ start_date_time: dateTime, end_date_time: dateTime },
  session_id: ciString(36).optional(),
  cdr_token: cdrToken,
  auth_method: z.enum(['AUTH_REQUEST', 'COMMAND', 'WHITELIST']),
  authorization_reference: ciString(36).optional(),
  cdr_location: cdrLocation,
  meter_id: text(255).optional(),
  currency,
  tariffs: many(tariff),
  charging_periods: some(chargingPeriod),
  signed_data: signedData.optional(),
  total_cost: price,
  total_fixed_cost: price.optional(),
  ...{ total_energy: number, total_energy_cost: price.optional() },
  ...{ total_time: number, total_time_cost: price.optional() },
  ...{ total_parking_time: number.optional(), total_parking_cost: price.optional() },
  total_reservation_cost: price.optional(),
  remark: text(255).optional(),
  invoice_reference_id: ciString(39).optional(),
  ...{ credit: z.boolean().optional(), credit_reference_id: ciString(39).optional() },
  home_charging_compensation: z.boolean().optional(),
  last_updated: dateTime,
});

type Cdr = z.infer<typeof whole>;

const volumesOf = ({ charging_periods }: Cdr, type: string): number =>
  charging_periods
    .flatMap(({ dimensions }) => dimensions.filter((one) => one.type === type))
    .reduce((sum, { volume }) => sum + volume, 0);

/** Each volume and each total is rounded to four decimals. */
const isAbout = (a: number, b: number): boolean => Math.abs(a - b) <= 0.000_2;

/** Periods begin one after the other, within the session. */
function areInOrder({ charging_periods, start_date_time, end_date_time }: Cdr): boolean {
  const times = [...charging_periods.map((period) => period.start_date_time), end_date_time];
  return times[0] === start_date_time && times.every((time, i) => i === 0 || times[i - 1]! <= time);
}

/** 10.4.6: a period whose tariff is not named has none; named, it is one of the record's, where that has any. */
const areTariffsNamed = ({ charging_periods, tariffs = [] }: Cdr): boolean =>
  charging_periods.every(
    ({ tariff_id }) =>
      tariff_id !== undefined && (tariffs.length === 0 || tariffs.some(({ id }) => id === tariff_id)),
  );

const isReservation = (cdr: Cdr): boolean =>
  cdr.charging_periods.every(({ dimensions }) => dimensions.every(({ type }) => type === 'RESERVATION_TIME'));

/** 10.3.1, with what the text says of its members together. */
export const cdr = whole
  .refine(({ id, credit }) => credit === true || id.length <= 36, '39 characters are for credit records')
  .refine((one) => (one.credit === true) === (one.credit_reference_id !== undefined), 'credit')
  .refine((one) => one.credit === true || one.total_cost.excl_vat >= 0, 'negative amounts are credits')
  .refine(areInOrder, 'periods in order')
  .refine(areTariffsNamed, 'periods name their tariff')
  .refine((one) => isReservation(one) === (one.session_id === undefined), 'a reservation has no session')
  .refine((one) => isAbout(one.total_energy, volumesOf(one, 'ENERGY')), 'total_energy')
  .refine(
    (one) => isAbout(one.total_time, volumesOf(one, 'TIME') + volumesOf(one, 'PARKING_TIME')),
    'total_time has the time of charging and of not charging',
  )
  .refine((one) => isAbout(one.total_parking_time ?? 0, volumesOf(one, 'PARKING_TIME')), 'total_parking_time')
  .refine((one) => (one.tariffs ?? []).every((each) => each.currency === one.currency), 'currency');
