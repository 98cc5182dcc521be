import { cellToLatLng } from 'h3-js';
import { z } from 'zod';
import { ocpiId } from '../../protocol/api/ocpi-objects.ts';
import { printable } from '../../protocol/api/printable.ts';
import { decimalQuotient, exactNumber, formatKwh, isoTime } from '../../protocol/units.ts';
import { type MeterKey, spkiOf } from '../ocmf/ocmf.ts';
import type { HistoryEntry } from '../status/history.ts';
import { decimalMoney } from './amounts.ts';
import { usageError } from './options.ts';
import { say } from './speech.ts';

/** OCPI 2.2.1, types, string: without control characters. */
const shortText = z
  .string()
  .min(1)
  .refine((text) => text === printable(text, 45));

/**
 * The sender and the location in a CDR; the agent knows the location only coarsely. The currency is ISO 4217: the
 * token's symbol where it has that form, else XXX ("no currency").
 */
const party = z.strictObject({
  countryCode: z.string().regex(/^[A-Z]{2}$/),
  partyId: z.string().regex(/^[A-Z0-9]{3}$/),
  country: z.string().regex(/^[A-Z]{3}$/),
  city: shortText,
  address: shortText,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
});

export type CdrParty = z.infer<typeof party>;

/** The party of a command line. Throws PlugpactError `agent.usage`. */
export function partyOf(flags: Record<string, unknown>): CdrParty {
  const { country, city, address, currency, 'country-code': countryCode, 'party-id': partyId } = flags;
  const parsed = party.safeParse({ countryCode, partyId, country, city, address, currency });
  if (parsed.success) return parsed.data;
  const [field] = parsed.error.issues[0]?.path ?? [];
  throw usageError(say('cli.export.ocpi'), say(`cli.export.${field as keyof CdrParty}`));
}

/** OCPI 2.2.1, types, number: 4 decimals. */
const OCPI_DECIMALS = 4;
/** OCPI's own limits of `plain_data`, `signed_data` and `remark`. */
const MAX_PLAIN_DATA = 512;
const MAX_SIGNED_DATA = 5_000;
const MAX_REMARK = 255;
/** Each listing is an EVSE of one connector, as the server's locations have it. */
const CONNECTOR_ID = '1';

const hours = (sec: number): number => exactNumber(decimalQuotient(BigInt(sec), 3_600n, OCPI_DECIMALS));

/** A session that is over and has a cost or energy, as an OCPI 2.2.1 CDR; undefined for others. */
export function cdrOf(entry: HistoryEntry, party: CdrParty, now: number): object | undefined {
  const { reading, paid, cost, token, bookingId } = entry;
  if (reading === null || !reading.isFinal) return undefined;
  const total = paid ?? cost;
  if (reading.energyWh === 0 && total === 0n) return undefined;
  const { countryCode: country_code, partyId: party_id } = party;
  const energy = exactNumber(formatKwh(reading.energyWh));
  const symbol = token !== null && /^[A-Z]{3}$/.test(token.symbol) ? token.symbol : 'XXX';
  return {
    country_code,
    party_id,
    id: ocpiId(bookingId),
    start_date_time: isoTime(reading.beganAt),
    end_date_time: isoTime(reading.endedAt + reading.overstaySec),
    session_id: ocpiId(bookingId),
    cdr_token: {
      country_code,
      party_id,
      uid: entry.idTag ?? ocpiId(bookingId),
      type: 'APP_USER',
      contract_id: ocpiId(bookingId),
    },
    auth_method: 'COMMAND',
    cdr_location: locationOf(entry, party),
    currency: party.currency ?? symbol,
    charging_periods: periodsOf(reading, energy, ocpiId(entry.listingId)),
    ...signedDataOf(entry),
    total_cost: { excl_vat: exactNumber(moneyNumber(total, token)) },
    total_energy: energy,
    // Charging or not: the time without charging is in the next line, too.
    total_time: hours(reading.endedAt + reading.overstaySec - reading.beganAt),
    total_parking_time: hours(reading.overstaySec),
    remark: printable(
      `Booking ${bookingId}: exactly ${decimalMoney(total, token)} ${token?.symbol ?? ''} (${total} units).`,
      MAX_REMARK,
    ),
    last_updated: isoTime(now),
  };
}

const moneyNumber = (units: bigint, token: HistoryEntry['token']): string =>
  decimalQuotient(units, 10n ** BigInt(token?.decimals ?? 0), OCPI_DECIMALS);

type Reading = NonNullable<HistoryEntry['reading']>;

/** OCPI 10.4.6: no tariff would count in a period that names none. A listing's tariff has the listing's id. */
function periodsOf({ beganAt, endedAt, overstaySec }: Reading, energy: number, tariff_id: string): object[] {
  const charging = {
    start_date_time: isoTime(beganAt),
    tariff_id,
    dimensions: [
      { type: 'ENERGY', volume: energy },
      { type: 'TIME', volume: hours(endedAt - beganAt) },
    ],
  };
  if (overstaySec === 0) return [charging];
  const dimensions = [{ type: 'PARKING_TIME', volume: hours(overstaySec) }];
  return [charging, { start_date_time: isoTime(endedAt), tariff_id, dimensions }];
}

function locationOf(entry: HistoryEntry, party: CdrParty): object {
  const { countryCode, partyId, country, city, address } = party;
  const [latitude, longitude] = entry.h3Cell === null ? [0, 0] : cellToLatLng(entry.h3Cell);
  const isKnown = entry.connectorStandard !== 'UNKNOWN';
  return {
    id: ocpiId(entry.listingId),
    address,
    city,
    country,
    coordinates: { latitude: latitude.toFixed(5), longitude: longitude.toFixed(5) },
    evse_uid: ocpiId(entry.listingId),
    evse_id: `${countryCode}*${partyId}*E${entry.listingId.slice(2, 26).toUpperCase()}`,
    connector_id: CONNECTOR_ID,
    connector_standard: isKnown ? entry.connectorStandard : 'IEC_62196_T2',
    connector_format: entry.connectorStandard.startsWith('DOMESTIC') ? 'SOCKET' : 'CABLE',
    connector_power_type: entry.powerType === 'UNKNOWN' ? 'AC_1_PHASE' : entry.powerType,
  };
}

const base64 = (data: string, encoding: 'utf8' | 'hex'): string =>
  Buffer.from(data, encoding).toString('base64');

/**
 * The meter's records as they came, with the key that the listing pinned; both in base64, as OCPI requires. One that is
 * longer than OCPI has room for is left out: cut, it would be another one.
 */
function signedDataOf({ records, meterKey, meterAlgorithm }: HistoryEntry): object {
  const signed_values = records
    .map(signedValue)
    .filter(({ signed_data }) => signed_data.length <= MAX_SIGNED_DATA);
  if (signed_values.length === 0) return {};
  const key = { key: meterKey, algorithm: meterAlgorithm } as MeterKey;
  const isPinned = meterAlgorithm !== 'none' && meterKey.length === 130;
  return {
    signed_data: {
      encoding_method: 'OCMF',
      ...(isPinned ? { public_key: base64(spkiOf(key), 'hex') } : {}),
      signed_values,
    },
  };
}

function signedValue(record: string) {
  const payload = record.slice('OCMF|'.length, record.lastIndexOf('|'));
  // One that OCPI cannot take as it is stands in the record alone.
  const plain_data = payload === printable(payload, MAX_PLAIN_DATA) ? payload : '';
  return { nature: natureOf(payload), plain_data, signed_data: base64(record, 'utf8') };
}

/** OCMF 1.4: B begins; E, L, R, A, P end. */
function natureOf(payload: string): string {
  if (/"TX"\s*:\s*"[ELRAP]"/.test(payload)) return 'End';
  return /"TX"\s*:\s*"B"/.test(payload) ? 'Start' : 'Intermediate';
}
