import { z } from 'zod';
import {
  currencyRates,
  ocpiParty,
  ocpiTokens,
  origins,
  relayUrl,
  streetsUrl,
  url,
  walletConnectProject,
  whole,
} from './config-values.ts';

const DEFAULT_STREETS = 'https://tiles.openfreemap.org/styles/liberty';
const DEFAULT_DARK_STREETS = 'https://tiles.openfreemap.org/styles/dark';

/** What an operator sets beside the server's own work: the map's look, OCPI, texts of the law, metrics, health. */
export const OPERATIONS_ENVIRONMENT = {
  /** What names this server to other apps in OCPI: a country and a party id. Ask for one of your own before you go live. */
  OCPI_PARTY: ocpiParty.prefault('XX*PLP'),
  /** Name of who runs this server, as other apps show it. */
  OCPI_OPERATOR: z.string().min(1).max(100).default('Plugpact'),
  /** ISO 4217 code of the currency that the token stands for, such as USD or EUR, in what OCPI clients read. */
  OCPI_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be three capital letters, like EUR')
    .optional(),
  /**
   * What one token is worth in the currencies of readers, shown beside the token: EUR=0.92,CHF=0.88. Nothing is paid by it.
   * Set it again as it changes.
   */
  CURRENCY_RATES: currencyRates.optional(),
  /** Credentials tokens of the apps that may read charge detail records by OCPI: NAME=TOKEN, separated by commas. */
  OCPI_TOKENS: ocpiTokens.optional(),
  /** URL of a MapLibre style, which the map then always shows; without it the page shows the bundled offline map. */
  BASEMAP_STYLE_URL: url.optional(),
  /** Further origins from which that style loads tiles, glyphs or images, separated by commas: https://tiles.example. */
  BASEMAP_STYLE_ORIGINS: origins.optional(),
  /**
   * MapLibre style with streets that the page offers over the offline map. A browser loads nothing from there before its
   * reader asks for it; "none" offers none.
   */
  STREETS_STYLE_URL: streetsUrl.default(DEFAULT_STREETS),
  /** The same for dark screens, from the same origin. Where it is missing, the other one serves both. */
  STREETS_DARK_STYLE_URL: url.optional(),
  /**
   * Project id of WalletConnect, from cloud.reown.com: the page then offers wallet apps on phones too. Without it, it does not, and
   * speaks to nobody.
   */
  WALLETCONNECT_PROJECT_ID: walletConnectProject.optional(),
  /** The relay that carries the page's sealed messages to the wallet app. */
  WALLETCONNECT_RELAY_URL: relayUrl.default('wss://relay.walletconnect.org'),
  /** Text file of who answers for this server, which is served as /imprint. */
  IMPRINT_FILE: z.string().optional(),
  /** Text file of what it does with data, which is served as /privacy. */
  PRIVACY_FILE: z.string().optional(),
  /** TCP port of Prometheus metrics, apart from the API's; 0 takes any free one. Without it there are none. */
  METRICS_PORT: whole(0, 65_535).optional(),
  /** Address to listen on for metrics: all who reach it can read them. */
  METRICS_HOST: z.string().default('127.0.0.1'),
  /** /readyz sends requests elsewhere while the index is more blocks than this behind the ledger. */
  READY_LAG_BLOCKS: whole(1, 1_000_000).default(200),
};

/** MapLibre styles with streets, of one origin. */
export interface StreetStyles {
  styleUrl: string;
  darkStyleUrl: string;
}

/** How the page finds wallet apps. */
export interface WalletConnectSettings {
  projectId: string;
  relayUrl: string;
}

export interface OperationsSettings {
  ocpi: {
    countryCode: string;
    partyId: string;
    operatorName: string;
    currency: string | undefined;
    /** Secrets. */
    tokens: { name: string; token: string }[];
  };
  basemapStyleUrl: string | undefined;
  basemapStyleOrigins: string[];
  /** What may be shown instead of the offline map when a reader asks. */
  streets: StreetStyles | undefined;
  /** Undefined: wallet apps are not offered. */
  walletConnect: WalletConnectSettings | undefined;
  /** What one token is worth, by ISO 4217 code, as decimal text. */
  currencyRates: Record<string, string>;
  operatorPages: { imprint: string | undefined; privacy: string | undefined };
  /** Undefined: no metrics. */
  metricsPort: number | undefined;
  metricsHost: string;
  readyLagBlocks: number;
}

const schema = z.object(OPERATIONS_ENVIRONMENT);

/** None where the map has streets anyway. */
function streetsOf(e: z.output<typeof schema>): StreetStyles | undefined {
  const { STREETS_STYLE_URL: styleUrl, STREETS_DARK_STYLE_URL: dark } = e;
  if (styleUrl === 'none' || e.BASEMAP_STYLE_URL !== undefined) return undefined;
  return { styleUrl, darkStyleUrl: dark ?? (styleUrl === DEFAULT_STREETS ? DEFAULT_DARK_STREETS : styleUrl) };
}

const walletConnectOf = (e: z.output<typeof schema>): WalletConnectSettings | undefined =>
  e.WALLETCONNECT_PROJECT_ID === undefined
    ? undefined
    : { projectId: e.WALLETCONNECT_PROJECT_ID, relayUrl: e.WALLETCONNECT_RELAY_URL };

export const operationsSettings = (e: z.output<typeof schema>): OperationsSettings => ({
  ocpi: {
    ...e.OCPI_PARTY,
    operatorName: e.OCPI_OPERATOR,
    currency: e.OCPI_CURRENCY,
    tokens: e.OCPI_TOKENS ?? [],
  },
  basemapStyleUrl: e.BASEMAP_STYLE_URL,
  basemapStyleOrigins: e.BASEMAP_STYLE_ORIGINS ?? [],
  streets: streetsOf(e),
  walletConnect: walletConnectOf(e),
  currencyRates: e.CURRENCY_RATES ?? {},
  operatorPages: { imprint: e.IMPRINT_FILE, privacy: e.PRIVACY_FILE },
  metricsPort: e.METRICS_PORT,
  metricsHost: e.METRICS_HOST,
  readyLagBlocks: e.READY_LAG_BLOCKS,
});
