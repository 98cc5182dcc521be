import { type OcpiTariff, ocpiId } from '../../../protocol/api/ocpi-objects.ts';
import { fromTermsStruct, type Terms } from '../../../protocol/terms.ts';
import { decimalQuotient, exactNumber, formatToken, isoTime } from '../../../protocol/units.ts';
import { toTermsStruct } from '../../chain/terms.ts';
import type { ChargerRow } from '../../listing/store.ts';
import { currencyOf, type Sender } from './party.ts';

/** OCPI 2.2.1, section "types": numbers have 4 decimals. */
export const OCPI_DECIMALS = 4;

type Element = OcpiTariff['elements'][number];
type Component = Element['price_components'][number];
type TermsRow = Parameters<typeof toTermsStruct>[0] & Pick<ChargerRow, 'listingId'>;

/** An amount of the token as a number of OCPI; what is exact to the last unit is said in words beside it. */
export const moneyNumber = ({ token }: Pick<Sender, 'token'>, units: bigint): number =>
  exactNumber(decimalQuotient(units, 10n ** BigInt(token.decimals), OCPI_DECIMALS));

/** The prices of a listing's terms. `updatedAt` in unix seconds. */
export function toTariff(sender: Sender, row: TermsRow, updatedAt: number): OcpiTariff {
  const terms = fromTermsStruct(toTermsStruct(row));
  return {
    country_code: sender.countryCode,
    party_id: sender.partyId,
    id: ocpiId(row.listingId),
    currency: currencyOf(sender),
    type: 'REGULAR',
    tariff_alt_text: [{ language: 'en', text: inWords(sender, terms) }],
    elements: [
      { price_components: componentsOf(sender, terms) },
      ...(terms.bookingTerms.noshowFee > 0n ? [noShowElement(sender, terms)] : []),
    ],
    last_updated: isoTime(updatedAt),
  };
}

function componentsOf(sender: Sender, { tariff }: Terms): Component[] {
  const component = (type: Component['type'], units: bigint): Component[] =>
    units === 0n ? [] : [{ type, price: moneyNumber(sender, units), step_size: 1 }];
  const components = [
    ...component('FLAT', tariff.flatFee),
    ...component('ENERGY', tariff.pricePerKwh),
    ...component('TIME', tariff.pricePerHour),
    ...component('PARKING_TIME', tariff.overstayPerHour),
  ];
  return components.length > 0 ? components : [{ type: 'ENERGY', price: exactNumber('0'), step_size: 1 }];
}

const SLOTS_PER_HOUR = 4n;

/** Who books and does not come pays per slot. */
const noShowElement = (sender: Sender, { bookingTerms }: Terms): Element => ({
  price_components: [
    {
      type: 'TIME',
      price: moneyNumber(sender, bookingTerms.noshowFee * SLOTS_PER_HOUR),
      step_size: 900,
    },
  ],
  restrictions: { reservation: 'RESERVATION_EXPIRES' },
});

function inWords({ token }: Sender, { tariff, bookingTerms }: Terms): string {
  const money = (units: bigint) => `${formatToken(units, token.decimals)} ${token.symbol}`;
  const parts = [
    `${money(tariff.pricePerKwh)} per kWh`,
    tariff.pricePerHour > 0n && `${money(tariff.pricePerHour)} per hour of charging`,
    tariff.overstayPerHour > 0n && `${money(tariff.overstayPerHour)} per hour after the end`,
    tariff.flatFee > 0n && `${money(tariff.flatFee)} per session`,
    bookingTerms.noshowFee > 0n && `${money(bookingTerms.noshowFee)} per booked quarter hour if nobody comes`,
  ].filter((part) => part !== false);
  return `${parts.join(', ')}. Rounded down once, never above what was booked; no tax is added.`;
}
