import { z } from 'zod';
import { currencyRates, ocpiParty, ocpiTokens, whole } from './config-values.ts';

/** What an operator sets beside the server's own work: OCPI, texts of the law, metrics, health. */
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
   * Set it anew as it changes.
   */
  CURRENCY_RATES: currencyRates.optional(),
  /** Credentials tokens of the apps that may read charge detail records by OCPI: NAME=TOKEN, separated by commas. */
  OCPI_TOKENS: ocpiTokens.optional(),
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

export interface OperationsSettings {
  ocpi: {
    countryCode: string;
    partyId: string;
    operatorName: string;
    currency: string | undefined;
    /** Secrets. */
    tokens: { name: string; token: string }[];
  };
  /** What one token is worth, by ISO 4217 code, as decimal text. */
  currencyRates: Record<string, string>;
  operatorPages: { imprint: string | undefined; privacy: string | undefined };
  /** Undefined: no metrics. */
  metricsPort: number | undefined;
  metricsHost: string;
  readyLagBlocks: number;
}

const schema = z.object(OPERATIONS_ENVIRONMENT);

export const operationsSettings = (e: z.output<typeof schema>): OperationsSettings => ({
  ocpi: {
    ...e.OCPI_PARTY,
    operatorName: e.OCPI_OPERATOR,
    currency: e.OCPI_CURRENCY,
    tokens: e.OCPI_TOKENS ?? [],
  },
  currencyRates: e.CURRENCY_RATES ?? {},
  operatorPages: { imprint: e.IMPRINT_FILE, privacy: e.PRIVACY_FILE },
  metricsPort: e.METRICS_PORT,
  metricsHost: e.METRICS_HOST,
  readyLagBlocks: e.READY_LAG_BLOCKS,
});
