import { z } from 'zod';
import { CONNECTOR_STANDARDS, POWER_TYPES } from '../../protocol/listing.ts';
import { address, hexBytes } from '../../protocol/schemas.ts';
import { mqttSchema, type SocketOptions } from './mqtt.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
const port = z.int().min(0).max(65_535);
const tag = z.string().min(1).max(20);

/** One connector of a wallbox, as the homeowner knows it. */
const connector = z.strictObject({
  maxPowerW: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(11_000)
    .describe('What the connector gives at most, in W. It bounds what can be billed.'),
  connectorStandard: z
    .enum(CONNECTOR_STANDARDS)
    .default('IEC_62196_T2')
    .describe('What plugs in, in the words of OCPI (IEC_62196_T2 is a Type 2 socket or cable).'),
  powerType: z.enum(POWER_TYPES).default('AC_3_PHASE').describe('Phases, or DC, in the words of OCPI.'),
  meterKey: hexBytes(64)
    .optional()
    .meta({ type: 'string', pattern: '^0x([0-9a-f]{2})*$', examples: ['0x04…'] })
    .describe(
      'Public key of the meter, 64 bytes x and y as hex. Without it the key that the wallbox itself tells is offered.',
    ),
  meterAlgorithm: z
    .enum(['none', 'ECDSA-secp256r1-SHA256', 'ECDSA-secp256k1-SHA256'])
    .optional()
    .meta({ examples: ['ECDSA-secp256r1-SHA256'] })
    .describe('Algorithm of that key. Fixed here, never taken from what the meter says.'),
});
export type ConnectorConfig = z.infer<typeof connector>;

const forward = z.strictObject({
  url: z
    .url({ protocol: /^wss?$/, error: 'must be a ws or wss address' })
    .meta({ examples: ['wss://csms.example/ocpp'] })
    .describe('Its address without the charge-point id, which is added.'),
  password: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ examples: ['a long random word'] })
    .describe('The password that it wants of this wallbox (basic auth).'),
});

const chargePoint = z.strictObject({
  password: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ examples: ['a long random word'] })
    .describe(
      "The wallbox's password (basic auth, OCPP's security profile 1). Type the same one into the box.",
    ),
  forward: forward
    .optional()
    .describe(
      'Another central system that hears everything of this wallbox and may command it: evcc, Home Assistant, an installer.',
    ),
  connectors: z
    .record(z.string().regex(/^[1-9]\d?$/, 'must be a connector number from 1'), connector)
    .describe('Its connectors by number, from 1. Most wallboxes have one.'),
});

const pemFile = z.string().min(1);

const tls = z.strictObject({
  certFile: pemFile
    .meta({ examples: ['agent.crt'] })
    .describe("The agent's certificate: a PEM file, relative to this one."),
  keyFile: pemFile
    .meta({ examples: ['agent.key.pem'] })
    .describe("The certificate's key: a PEM file, relative to this one."),
  clientCaFile: pemFile
    .optional()
    .meta({ examples: ['wallboxes-ca.crt'] })
    .describe(
      "Certificates of who signs wallboxes' own (security profile 3): then each must show one that names it.",
    ),
});

const ocpp = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on: 0.0.0.0 for the home network, 127.0.0.1 for this machine alone.'),
  port: port.describe('Port of the above. 0 takes a free one.'),
  sampleIntervalSec: z
    .int()
    .min(1)
    .max(60)
    .default(5)
    .describe('How often a wallbox is asked to report its meter, in s.'),
  heartbeatIntervalSec: z
    .int()
    .min(10)
    .max(86_400)
    .default(60)
    .describe('How often a wallbox says that it is there, in s.'),
  tls: tls.optional().describe('Security profiles 2 and 3: wallboxes dial wss:// instead of ws://.'),
});

const status = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether there is a status page and /metrics.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'Address to listen on: 0.0.0.0 shows it to the whole home network, where a driver whose phone is dead can type the start code. Pairing codes and sessions are shown to this machine alone.',
    ),
  port: port.default(8_181).describe('Port of the above. 0 takes a free one.'),
  names: z
    .array(z.string().min(1).max(253))
    .max(20)
    .default([])
    .describe(
      "Host names by which browsers may ask for it, beside IP addresses, localhost and this machine's own name.",
    ),
});

/** The configuration file. Every key says here what it is: the commented file and editors get it from here. */
export const configSchema = z
  .strictObject({
    rpcUrl: httpUrl.describe('JSON-RPC address of the ledger.'),
    market: address
      .meta({ type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' })
      .describe('Address of the market contract.'),
    deployBlock: z
      .int()
      .min(0)
      .default(0)
      .describe("Block of the market's deployment: where following begins."),
    apiUrl: httpUrl.describe('Address of the API that carries start, readings and co-signatures.'),
    ocpp: ocpp.describe('Where wallboxes dial in: ws://HOST:PORT/CHARGE-POINT-ID.'),
    dataDir: z
      .string()
      .min(1)
      .describe(
        'Folder of journal, key and evidence, relative to this file. It belongs to one agent at a time. Back it up: the key in it is what your listing names.',
      ),
    ownerIdTags: z
      .array(tag)
      .max(100)
      .default([])
      .describe('Your own cards (RFID uids): always accepted, never billed. In quotes.'),
    siteLimitA: z
      .int()
      .min(6)
      .max(1_000)
      .optional()
      .meta({ examples: [25] })
      .describe(
        'What all your wallboxes together may take of the house connection, in A per phase. Bookings share it; your own charging comes first.',
      ),
    claimNoShows: z
      .boolean()
      .default(true)
      .describe(
        "Claims the listing's no-show fee when nobody came although the connector stood free and in order.",
      ),
    confirmations: z
      .int()
      .min(1)
      .max(1_000)
      .default(3)
      .describe(
        'Blocks that a booking must have, its own counted, before more than the first unsigned trust may flow.',
      ),
    maxFeePerGasGwei: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(100)
      .describe(
        'The most that a transaction pays per gas where no relay carries it and the agent key sends by its own ether, in gwei.',
      ),
    chargePoints: z
      .record(z.string().min(1).max(48), chargePoint)
      .default({})
      .describe('Your wallboxes by charge-point id: the last part of the address that the box dials.'),
    mqtt: mqttSchema
      .optional()
      .describe(
        'Metered, switchable household sockets on an MQTT broker, of at most 10 A each. They are no wallboxes.',
      ),
    acceptUnknownChargePoints: z
      .boolean()
      .default(false)
      .describe('Lets wallboxes of any other id connect, to be paired.'),
    status: status
      .prefault({})
      .describe('The local status page, http://HOST:PORT/, and its /metrics for Prometheus.'),
    logLevel: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
      .default('info')
      .describe('How much is logged.'),
  })
  .superRefine(({ chargePoints, mqtt }, context) => {
    for (const id of Object.keys(mqtt?.sockets ?? {})) {
      if (!Object.hasOwn(chargePoints, id)) continue;
      context.addIssue({
        code: 'custom',
        path: ['mqtt', 'sockets', id],
        message: 'a socket is no wallbox: the name is taken in chargePoints',
      });
    }
  });

export type AgentConfig = z.infer<typeof configSchema>;

/** The socket of this name, if it is one and no wallbox. */
export function socketOf({ mqtt }: Pick<AgentConfig, 'mqtt'>, id: string): SocketOptions | undefined {
  return mqtt !== undefined && Object.hasOwn(mqtt.sockets, id) ? mqtt.sockets[id] : undefined;
}

/** How a connector is configured; one that is not is a wallbox of the common kind. */
export function connectorConfigOf(
  config: AgentConfig,
  chargePointId: string,
  connectorId: number,
): ConnectorConfig | undefined {
  const socket = socketOf(config, chargePointId);
  if (socket !== undefined) {
    const { maxPowerW, connectorStandard } = socket;
    return { maxPowerW, connectorStandard, powerType: 'AC_1_PHASE', meterAlgorithm: 'none' };
  }
  const known = Object.hasOwn(config.chargePoints, chargePointId)
    ? config.chargePoints[chargePointId]
    : undefined;
  return known?.connectors[String(connectorId)];
}
