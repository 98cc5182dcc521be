import { formatUnits } from 'viem';
import type { BookingAccount } from '../accounting/account-book.ts';
import { meterKeysOf, pinnedMeterOf } from '../evidence/session-facts.ts';
import { SLOT_SEC } from '../rules/booking-times.ts';
import type { ExportInput } from './export-input.ts';
import { cdrLocation, ocpiId } from './ocpi-location.ts';
import { ocpiHours, ocpiNumber, ocpiTime } from './ocpi-numbers.ts';
import { signedDataOf, signedEvents } from './ocpi-signed-data.ts';
import { asText } from './ocpi-text.ts';

/** Nobody's: ISO 3166 leaves XX to its users, and the ledger knows no operator's number. */
const PARTY = { countryCode: 'XX', partyId: 'AUD' };

const REMARK_MAX = 255;

interface Used {
  beganAt: number;
  endedAt: number;
  overstaySec: number;
}

/** Each booking that the ledger has ended with something to pay for, as an OCPI 2.2.1 charge detail record. */
export function ocpiCdrs(input: ExportInput): object[] {
  const signed = signedEvents(input.events());
  const keys = meterKeysOf(input.events());
  return [...input.book.bookings.values()].flatMap((account) => {
    const listing = input.book.listings.get(account.booking.listingId);
    if (listing === undefined || !isPayable(account)) return [];
    const meter = pinnedMeterOf(account.booking.terms, keys);
    const records = input.records.get(account.bookingId) ?? [];
    const event = signed.get(account.bookingId);
    return [
      {
        ...headOf(account),
        cdr_location: cdrLocation(listing, PARTY),
        ...signedDataOf(records, meter, event, input.constants),
        ...totalsOf(account, input),
      },
    ];
  });
}

const isPayable = ({ end, paid, energyWh }: BookingAccount): boolean =>
  (end?.outcome === 'FULFILLED' || end?.outcome === 'NO_SHOW') && (paid > 0n || energyWh > 0);

/** By the reading that was paid for; by the booked slots where there is none. */
function usedBy({ reading, booking }: BookingAccount): Used {
  if (reading !== undefined) return reading;
  const { firstSlot, slotCount } = booking;
  return { beganAt: firstSlot * SLOT_SEC, endedAt: (firstSlot + slotCount) * SLOT_SEC, overstaySec: 0 };
}

function headOf(account: BookingAccount): object {
  const { bookingId, end, booked } = account;
  const { beganAt, endedAt, overstaySec } = usedBy(account);
  const party = { country_code: PARTY.countryCode, party_id: PARTY.partyId };
  return {
    ...party,
    id: ocpiId(bookingId),
    start_date_time: ocpiTime(beganAt),
    end_date_time: ocpiTime(endedAt + overstaySec),
    // 10.3.1: a reservation that became no session has none.
    ...(end?.outcome !== 'NO_SHOW' && { session_id: ocpiId(bookingId) }),
    // Not the account that paid: it can be looked up by the booking.
    cdr_token: { ...party, uid: ocpiId(bookingId), type: 'APP_USER', contract_id: ocpiId(bookingId) },
    auth_method: 'COMMAND',
    last_updated: ocpiTime((end?.stamp ?? booked).at),
  };
}

function totalsOf(account: BookingAccount, { token }: ExportInput): object {
  const { energyWh, paid, end } = account;
  const used = usedBy(account);
  const tariffId = ocpiId(account.booking.listingId);
  const isNoShow = end?.outcome === 'NO_SHOW';
  const energy = ocpiNumber(BigInt(energyWh), 1_000n);
  const total_cost = { excl_vat: ocpiNumber(paid, 10n ** BigInt(token.decimals)) };
  const usedSec = used.endedAt + used.overstaySec - used.beganAt;
  return {
    currency: /^[A-Z]{3}$/.test(token.symbol) ? token.symbol : 'XXX',
    tariffs: [],
    charging_periods: isNoShow ? [reservedPeriod(used, tariffId)] : chargingPeriods(used, energy, tariffId),
    total_cost,
    total_energy: energy,
    total_time: isNoShow ? ocpiHours(0) : ocpiHours(usedSec),
    total_parking_time: ocpiHours(used.overstaySec),
    ...(isNoShow && { total_reservation_cost: total_cost }),
    remark: remarkOf(account, token),
  };
}

/** Of 255 characters at most, whatever the token's contract calls itself. */
function remarkOf({ bookingId, paid }: BookingAccount, { symbol, decimals }: ExportInput['token']): string {
  const remark = `Booking ${bookingId}: exactly ${formatUnits(paid, decimals)} ${symbol} (${paid} units).`;
  return asText(remark)
    .slice(0, REMARK_MAX)
    .replace(/\p{Cs}$/u, '');
}

const reservedPeriod = ({ beganAt, endedAt }: Used, tariff_id: string): object => ({
  start_date_time: ocpiTime(beganAt),
  tariff_id,
  dimensions: [{ type: 'RESERVATION_TIME', volume: ocpiHours(endedAt - beganAt) }],
});

/** 10.4.6: no tariff would count in a period that names none. A listing's tariff has the listing's id. */
function chargingPeriods(
  { beganAt, endedAt, overstaySec }: Used,
  energy: number,
  tariff_id: string,
): object[] {
  const charging = {
    start_date_time: ocpiTime(beganAt),
    tariff_id,
    dimensions: [
      { type: 'ENERGY', volume: energy },
      { type: 'TIME', volume: ocpiHours(endedAt - beganAt) },
    ],
  };
  if (overstaySec === 0) return [charging];
  const parking = [{ type: 'PARKING_TIME', volume: ocpiHours(overstaySec) }];
  return [charging, { start_date_time: ocpiTime(endedAt), tariff_id, dimensions: parking }];
}
