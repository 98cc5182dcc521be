import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PlugpactError } from '../protocol/errors.ts';
import { CONNECTOR_STANDARDS, POWER_TYPES } from '../protocol/listing.ts';
import { address, hexBytes } from '../protocol/schemas.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
const tag = z.string().min(1).max(20);

/** One connector of a wallbox, as the homeowner knows it. */
const connector = z.strictObject({
  /** What the connector gives at most, in W. It bounds what can be billed. */
  maxPowerW: z.int().min(1).max(1_000_000).default(11_000),
  connectorStandard: z.enum(CONNECTOR_STANDARDS).default('IEC_62196_T2'),
  powerType: z.enum(POWER_TYPES).default('AC_3_PHASE'),
  /** Public key of the meter, x ‖ y; without it what the wallbox tells of itself is offered. */
  meterKey: hexBytes(64).optional(),
  meterAlgorithm: z.enum(['none', 'ECDSA-secp256r1-SHA256', 'ECDSA-secp256k1-SHA256']).optional(),
});
export type ConnectorConfig = z.infer<typeof connector>;

const chargePoint = z.strictObject({
  /** Basic-auth password of OCPP's security profile 1. */
  password: z.string().min(1).max(64).optional(),
  /** Another central system that hears everything of this wallbox and may command it: evcc, an installer's. */
  forward: z
    .strictObject({
      /** Without the charge-point id, which is added: `wss://csms.example/ocpp`. */
      url: z.url({ protocol: /^wss?$/, error: 'must be a ws or wss address' }),
      password: z.string().min(1).max(64).optional(),
    })
    .optional(),
  connectors: z.record(z.string().regex(/^[1-9]\d?$/, 'must be a connector number from 1'), connector),
});

const schema = z.strictObject({
  /** JSON-RPC endpoint of the ledger. */
  rpcUrl: httpUrl,
  /** The market contract. */
  market: address,
  /** Block of the market's deployment: where following begins. */
  deployBlock: z.int().min(0).default(0),
  /** Origin of the API that carries start, readings and co-signatures. */
  apiUrl: httpUrl,
  /** Where wallboxes dial in: `ws://host:port/<charge-point id>`. Port 0 takes a free one. */
  ocpp: z.strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535),
    /** How often a wallbox is asked to report its meter, in s. */
    sampleIntervalSec: z.int().min(1).max(60).default(5),
    heartbeatIntervalSec: z.int().min(10).max(86_400).default(60),
    /** Security profiles 2 and 3: wallboxes dial `wss://`. PEM files. */
    tls: z
      .strictObject({
        certFile: z.string().min(1),
        keyFile: z.string().min(1),
        /** Certificates of who signs wallboxes' own (security profile 3): then each must show one that names it. */
        clientCaFile: z.string().min(1).optional(),
      })
      .optional(),
  }),
  /** Folder of journal, key and evidence. Belongs to one agent at a time. */
  dataDir: z.string().min(1),
  /** Cards of the homeowner: always accepted, never billed. */
  ownerIdTags: z.array(tag).max(100).default([]),
  /** Claims the listing's no-show fee when nobody came although the connector stood free and in order. */
  claimNoShows: z.boolean().default(true),
  /** Blocks that a booking must have, its own counted, before it is served. */
  confirmations: z.int().min(1).max(1_000).default(3),
  chargePoints: z.record(z.string().min(1).max(48), chargePoint).default({}),
  /** Lets wallboxes of any id connect, to be paired. */
  acceptUnknownChargePoints: z.boolean().default(false),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

export type AgentConfig = z.infer<typeof schema>;

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], raw);

const SECRET_KEYS = new Set<PropertyKey>(['password']);

/**
 * Checks a configuration. Throws PlugpactError `config.invalid` that names the first wrong key, its value (a secret's
 * is not shown) and the rule.
 */
export function parseConfig(raw: unknown): AgentConfig {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const key = [...path, ...unknownKeys.slice(0, 1)].join('.') || '(the file)';
  const value = valueAt(raw, [...path, ...unknownKeys.slice(0, 1)]);
  const isSecret = SECRET_KEYS.has(path.at(-1) ?? '');
  throw new PlugpactError({
    code: 'config.invalid',
    value: `${key} = ${isSecret ? '(hidden)' : (JSON.stringify(value) ?? '(missing)')}`,
    rule: `The configuration key ${key} is wrong: ${issue?.message}.`,
    remedy: 'Correct it in the configuration file; every key is described in meter-agent/config.ts.',
  });
}

/** Reads the configuration file (JSON). Throws PlugpactError `config.unreadable` or `config.invalid`. */
export function readConfig(file: string): AgentConfig {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PlugpactError(
      {
        code: 'config.unreadable',
        value: file,
        rule: 'The configuration is a JSON file that this program can read.',
        remedy: error instanceof Error ? error.message : String(error),
      },
      { cause: error },
    );
  }
  return parseConfig(raw);
}
