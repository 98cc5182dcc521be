import { type OcpiTariff, ocpiId } from '../../../protocol/api/ocpi-objects.ts';
import { printable } from '../../../protocol/api/printable.ts';
import { fromTermsStruct, type Terms } from '../../../protocol/terms.ts';
import { decimalQuotient, exactNumber, formatToken, isoTime } from '../../../protocol/units.ts';
import { toTermsStruct } from '../../chain/terms.ts';
import type { ChargerRow } from '../../listing/store.ts';
import { currencyOf, type Sender } from './party.ts';

/** OCPI 2.2.1, types, number: 4 decimals. */
export const OCPI_DECIMALS = 4;
const OCPI_SCALE = 10n ** BigInt(OCPI_DECIMALS);
const MAX_TEXT = 512;

type Element = OcpiTariff['elements'][number];
type Component = Element['price_components'][number];
type TermsRow = Parameters<typeof toTermsStruct>[0] & Pick<ChargerRow, 'listingId'>;

/** An amount of the token as a number of OCPI; what is exact to the last unit is said in words beside it. */
export const moneyNumber = (sender: Pick<Sender, 'token'>, units: bigint): number =>
  exactNumber(rounded(sender, units));

const rounded = ({ token }: Pick<Sender, 'token'>, units: bigint): string =>
  decimalQuotient(units, 10n ** BigInt(token.decimals), OCPI_DECIMALS);

/** Below what four decimals hold a price is only in the text. */
const isNothing = (sender: Sender, units: bigint): boolean => rounded(sender, units) === '0';

/** The prices of a listing's terms. `updatedAt` in unix seconds. */
export function toTariff(sender: Sender, row: TermsRow, updatedAt: number): OcpiTariff {
  const terms = fromTermsStruct(toTermsStruct(row));
  return {
    country_code: sender.countryCode,
    party_id: sender.partyId,
    id: ocpiId(row.listingId),
    currency: currencyOf(sender),
    type: 'REGULAR',
    tariff_alt_text: [{ language: 'en', text: printable(inWords(sender, terms), MAX_TEXT) }],
    // 11.3.1: of two elements with a dimension the first that applies counts, so the one without restrictions is the last.
    elements: [...noShowElements(sender, terms), { price_components: componentsOf(sender, terms) }],
    last_updated: isoTime(updatedAt),
  };
}

function componentsOf(sender: Sender, { tariff }: Terms): Component[] {
  const component = (type: Component['type'], units: bigint): Component[] =>
    isNothing(sender, units) ? [] : [{ type, price: moneyNumber(sender, units), step_size: 1 }];
  const components = [
    ...component('FLAT', tariff.flatFee),
    ...component('ENERGY', tariff.pricePerKwh),
    ...component('TIME', tariff.pricePerHour),
    ...component('PARKING_TIME', tariff.overstayPerHour),
  ];
  // 11.3.1: how OCPI says that nothing is to be paid.
  return components.length > 0 ? components : [{ type: 'FLAT', price: exactNumber('0'), step_size: 1 }];
}

const SLOTS_PER_HOUR = 4n;

/** Who books and does not come pays per slot. */
function noShowElements(sender: Sender, { bookingTerms }: Terms): Element[] {
  const perHour = bookingTerms.noshowFee * SLOTS_PER_HOUR;
  if (isNothing(sender, perHour)) return [];
  return [
    {
      price_components: [{ type: 'TIME', price: moneyNumber(sender, perHour), step_size: 900 }],
      restrictions: { reservation: 'RESERVATION_EXPIRES' },
    },
  ];
}

/**
 * 11.3.1: what the elements do not say, and no price that they have. So a price is here only where four decimals do not
 * hold it.
 */
function inWords({ token }: Sender, { tariff, bookingTerms }: Terms): string {
  const exact = (units: bigint, unit: string) =>
    (units * OCPI_SCALE) % 10n ** BigInt(token.decimals) !== 0n &&
    `${formatToken(units, token.decimals)} ${unit}`;
  const prices = [
    exact(tariff.pricePerKwh, 'per kWh'),
    exact(tariff.pricePerHour, 'per hour of charging'),
    exact(tariff.overstayPerHour, 'per hour after the end'),
    exact(tariff.flatFee, 'per session'),
    exact(bookingTerms.noshowFee * SLOTS_PER_HOUR, 'per hour booked if nobody comes'),
  ].filter((part) => part !== false);
  return [
    `Paid in ${token.symbol}.`,
    prices.length > 0 && `Before rounding to four decimals: ${prices.join(', ')}.`,
    bookingTerms.noshowFee > 0n && 'Who books and does not come pays for each booked quarter hour.',
    'The sum is rounded down once and never above what was booked; no tax is added.',
  ]
    .filter((part) => part !== false)
    .join(' ');
}
