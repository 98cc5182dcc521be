import type { Hex } from 'viem';
import { type OcpiCdr, ocpiId } from '../../../protocol/api/ocpi-objects.ts';
import { printable } from '../../../protocol/api/printable.ts';
import { unpackLocation } from '../../../protocol/listing.ts';
import { fromReadingStruct, type Reading } from '../../../protocol/reading.ts';
import { type MarketRef, marketDomain } from '../../../protocol/signedTypes.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { decimalQuotient, exactNumber, formatKwh, formatToken, isoTime } from '../../../protocol/units.ts';
import type { BookingWithTerms } from '../../booking/store.ts';
import type { StoredReading } from '../../charging/store.ts';
import type { ChargerRow } from '../../listing/store.ts';
import { type Area, NOT_PUBLISHED } from './area.ts';
import { currencyOf, type Sender } from './party.ts';
import { CONNECTOR_ID, connectorOf, coordinatesOf, evseIdOf } from './toLocation.ts';
import { moneyNumber, OCPI_DECIMALS, toTariff } from './toTariff.ts';

/** What a record is made of. */
export interface EndedSession {
  booking: BookingWithTerms;
  charger: ChargerRow;
  area: Area;
  /** As agent and driver signed it; undefined where this server never got it. */
  signed: StoredReading | undefined;
  agentPublicKey: Hex | null;
  marketRef: MarketRef;
}

/** OCPI's own limits of `plain_data`, `signed_data` and `remark`. */
const MAX_PLAIN_DATA = 512;
const MAX_SIGNED_DATA = 5_000;
const MAX_REMARK = 255;

const hours = (sec: number): number => exactNumber(decimalQuotient(BigInt(sec), 3_600n, OCPI_DECIMALS));

/** The reading that was paid for, of a booking that has one. */
export function paidReading(booking: BookingWithTerms): Reading | undefined {
  if (booking.readingMeasure === null) return undefined;
  return fromReadingStruct(booking.bookingId, {
    measure: BigInt(booking.readingMeasure),
    evidenceHash: booking.readingEvidenceHash!,
    registersCommitment: booking.readingRegistersCommitment!,
  });
}

/** A booking that the ledger has ended, as an OCPI charge detail record. */
export function toCdr(sender: Sender, session: EndedSession): OcpiCdr {
  const { booking, charger, area } = session;
  const { countryCode: country_code, partyId: party_id, token } = sender;
  const paid = BigInt(booking.paid ?? 0);
  const times = timesOf(booking);
  return {
    country_code,
    party_id,
    id: ocpiId(booking.bookingId),
    start_date_time: isoTime(times.beganAt),
    end_date_time: isoTime(times.endedAt + times.overstaySec),
    // 10.3.1: a reservation that became no session has none.
    ...(booking.reservationStatus !== 'NO_SHOW' && { session_id: ocpiId(booking.bookingId) }),
    // Not the account that paid: it can be looked up on the ledger by the booking.
    cdr_token: {
      ...{ country_code, party_id, uid: ocpiId(booking.bookingId) },
      ...{ type: 'APP_USER', contract_id: ocpiId(booking.bookingId) },
    },
    auth_method: 'COMMAND',
    cdr_location: locationOf(sender, charger, area),
    currency: currencyOf(sender),
    tariffs: [toTariff(sender, booking, booking.bookedAt)],
    ...signedDataOf(session),
    ...totalsOf(sender, booking, times),
    remark: printable(
      `Booking ${booking.bookingId}: exactly ${formatToken(paid, token.decimals)} ${token.symbol} (${paid} units).`,
      MAX_REMARK,
    ),
    last_updated: isoTime(booking.endedAt ?? 0),
  };
}

/** What was used, and what it cost; of a no-show, what was reserved. */
function totalsOf(sender: Sender, booking: BookingWithTerms, times: Times) {
  const energy = exactNumber(formatKwh(booking.energyWh ?? 0));
  const total_cost = { excl_vat: moneyNumber(sender, BigInt(booking.paid ?? 0)) };
  const isNoShow = booking.reservationStatus === 'NO_SHOW';
  const { beganAt, endedAt, overstaySec } = times;
  const tariffId = ocpiId(booking.listingId);
  return {
    charging_periods: isNoShow ? [reservedPeriod(times, tariffId)] : periodsOf(times, energy, tariffId),
    total_cost,
    total_energy: energy,
    total_time: isNoShow ? exactNumber('0') : hours(endedAt + overstaySec - beganAt),
    total_parking_time: hours(overstaySec),
    ...(isNoShow && { total_reservation_cost: total_cost }),
  };
}

/** By the reading that was paid for; by the booked slots where there is none. */
function timesOf(booking: BookingWithTerms): Pick<Reading, 'beganAt' | 'endedAt' | 'overstaySec'> {
  const { firstSlot, slotCount } = booking;
  const slots = { beganAt: firstSlot * SLOT_SEC, endedAt: (firstSlot + slotCount) * SLOT_SEC };
  return paidReading(booking) ?? { ...slots, overstaySec: 0 };
}

type Times = ReturnType<typeof timesOf>;
type Period = OcpiCdr['charging_periods'][number];

const reservedPeriod = ({ beganAt, endedAt }: Times, tariff_id: string): Period => ({
  start_date_time: isoTime(beganAt),
  tariff_id,
  dimensions: [{ type: 'RESERVATION_TIME', volume: hours(endedAt - beganAt) }],
});

/** 10.4.6: no tariff would count in a period that names none. */
function periodsOf({ beganAt, endedAt, overstaySec }: Times, energy: number, tariff_id: string): Period[] {
  const charging: Period = {
    start_date_time: isoTime(beganAt),
    tariff_id,
    dimensions: [
      { type: 'ENERGY', volume: energy },
      { type: 'TIME', volume: hours(endedAt - beganAt) },
    ],
  };
  if (overstaySec === 0) return [charging];
  const dimensions: Period['dimensions'] = [{ type: 'PARKING_TIME', volume: hours(overstaySec) }];
  return [charging, { start_date_time: isoTime(endedAt), tariff_id, dimensions }];
}

function locationOf(sender: Sender, charger: ChargerRow, area: Area): OcpiCdr['cdr_location'] {
  const { standard, format, powerType } =
    connectorOf(unpackLocation(BigInt(charger.location))) ??
    ({
      ...{ standard: 'IEC_62196_T2', format: 'CABLE', powerType: 'AC_1_PHASE' },
    } as const);
  return {
    id: ocpiId(charger.listingId),
    ...{ address: NOT_PUBLISHED, city: area.city, country: area.country },
    coordinates: coordinatesOf(charger),
    evse_uid: ocpiId(charger.listingId),
    evse_id: evseIdOf(sender, charger.listingId),
    connector_id: CONNECTOR_ID,
    ...{ connector_standard: standard, connector_format: format, connector_power_type: powerType },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * The final reading as both have signed it, so that a reader of the record can check it: the EIP-712 message in plain,
 * and the whole of it with both signatures. Left out where it is longer than OCPI has room for.
 */
function signedDataOf({ signed, agentPublicKey, marketRef }: EndedSession): Pick<OcpiCdr, 'signed_data'> {
  if (signed === undefined) return {};
  const { reading: message, agentSignature, sessionSignature } = signed;
  const plain = JSON.stringify(message);
  const whole = {
    ...{ domain: marketDomain(marketRef), primaryType: 'Reading', message },
    ...{ agentSignature, sessionSignature },
  };
  const signed_data = base64(JSON.stringify(whole));
  if (signed_data.length > MAX_SIGNED_DATA) return {};
  return {
    signed_data: {
      encoding_method: 'EIP-712',
      ...(agentPublicKey !== null && {
        public_key: Buffer.from(agentPublicKey.slice(2), 'hex').toString('base64'),
      }),
      signed_values: [
        {
          nature: 'End',
          plain_data: plain.length <= MAX_PLAIN_DATA ? plain : '',
          signed_data,
        },
      ],
    },
  };
}
