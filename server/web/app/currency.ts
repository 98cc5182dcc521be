import type { Token } from './units.ts';

/** Rates by ISO 4217 code: what a whole token is worth, as decimal text. */
export type CurrencyRates = Readonly<Record<string, string>>;

const EURO = 'AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK';
const OTHERS: Readonly<Record<string, string>> = {
  ...{ CH: 'CHF', LI: 'CHF', GB: 'GBP', US: 'USD', CA: 'CAD', AU: 'AUD', NZ: 'NZD', JP: 'JPY' },
  ...{ SE: 'SEK', NO: 'NOK', DK: 'DKK', IS: 'ISK', PL: 'PLN', CZ: 'CZK', HU: 'HUF', RO: 'RON' },
};

/** The currency of the reader's region, where there is a rate for it; else the first that the operator set. */
export function readersCurrency(rates: CurrencyRates, locale: string): string | undefined {
  const region = new Intl.Locale(locale).maximize().region ?? '';
  const own = EURO.split(' ').includes(region) ? 'EUR' : OTHERS[region];
  return own !== undefined && Object.hasOwn(rates, own) ? own : Object.keys(rates)[0];
}

/** Hundredths of the currency for token units, by the rate; rounded up: what it costs is never said too low. */
export function inHundredths(units: bigint, { decimals }: Pick<Token, 'decimals'>, rate: string): bigint {
  const [whole = '0', fraction = ''] = rate.split('.');
  const scaled = BigInt(whole + fraction) * units * 100n;
  const divisor = 10n ** BigInt(decimals + fraction.length);
  return (scaled + divisor - 1n) / divisor;
}

/** `€4.26`, in the reader's way of writing it. */
export const currencyText = (hundredths: bigint, currency: string, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'currency', currency }).format(Number(hundredths) / 100);
