import { useMemo } from 'react';
import { currencyText, inHundredths, readersCurrency } from './currency.ts';
import { useMarket } from './MarketProvider.tsx';
import { exactMoney, moneyUnit } from './units.ts';
import { LOCALE } from './words.ts';

export interface MoneyWords {
  /** Two digits, cut. */
  short(units: bigint): string;
  /** All digits that count. */
  exact(units: bigint): string;
  /** In the reader's own currency by the rate that this server names; undefined without one. */
  own(units: bigint): string | undefined;
}

/** Money as this page writes it. */
export function useMoney(): MoneyWords {
  const { token, currencyRates } = useMarket().config;
  return useMemo(() => {
    const currency = readersCurrency(currencyRates, LOCALE);
    const rate = currency === undefined ? undefined : currencyRates[currency];
    return {
      short: (units) => moneyUnit(units, token),
      exact: (units) => exactMoney(units, token),
      own: (units) =>
        currency === undefined || rate === undefined
          ? undefined
          : currencyText(inHundredths(units, token, rate), currency, LOCALE),
    };
  }, [token, currencyRates]);
}
