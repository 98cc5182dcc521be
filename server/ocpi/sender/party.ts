import { printable } from '../../../protocol/api/printable.ts';
import type { Basemap } from '../../basemap/basemap.ts';
import type { MarketInfo } from '../../chain/market.ts';
import type { ServerConfig } from '../../config.ts';

const MAX_NAME = 100;
/** The symbol is whatever the token's contract says; no list of tokens has a longer one. */
const MAX_SYMBOL = 32;

/** Who sends: this server's own words in every object. */
export interface Sender {
  countryCode: string;
  partyId: string;
  operatorName: string;
  /** ISO 4217, where the operator names one. */
  currency: string | undefined;
  token: MarketInfo['token'];
  /** Throws where the basemap was not built. */
  basemap(): Promise<Basemap>;
}

export const senderOf = (
  { ocpi }: Pick<ServerConfig, 'ocpi'>,
  { token }: MarketInfo,
  basemap: () => Promise<Basemap>,
): Sender => ({
  ...ocpi,
  operatorName: printable(ocpi.operatorName, MAX_NAME),
  token: { ...token, symbol: printable(token.symbol, MAX_SYMBOL) },
  basemap,
});

/** ISO 4217: the operator's word, the token's symbol where it has that form, else XXX ("no currency"). */
export const currencyOf = ({ currency, token }: Pick<Sender, 'currency' | 'token'>): string =>
  currency ?? (/^[A-Z]{3}$/.test(token.symbol) ? token.symbol : 'XXX');
