import { z } from 'zod';
import { NETWORK_NAMES } from '../../protocol/networks.ts';
import { address } from '../../protocol/schemas.ts';
import { type ConnectorConfig, chargePoint } from './charge-point.ts';
import { homeAssistantSchema, mqttSchema, type SocketOptions } from './mqtt.ts';

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
const rpcUrl = z.union([httpUrl, z.array(httpUrl).min(1).max(20)], {
  error: 'must be an http or https address, or a list of them',
});
const port = z.int().min(0).max(65_535);
const tag = z.string().min(1).max(20);

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
      "Certificates of the CA that signs wallboxes' certificates (security profile 3): then each wallbox must have one with its id.",
    ),
});

const ocpp = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on: 0.0.0.0 for the home network, 127.0.0.1 for this machine only.'),
  port: port.describe('Port to listen on. 0 takes a free one.'),
  sampleIntervalSec: z
    .int()
    .min(1)
    .max(60)
    .default(5)
    .describe("Interval of a wallbox's meter values, in s."),
  heartbeatIntervalSec: z
    .int()
    .min(10)
    .max(86_400)
    .default(60)
    .describe("Interval of a wallbox's heartbeats, in s."),
  tls: tls.optional().describe('Security profiles 2 and 3: wallboxes connect to wss:// instead of ws://.'),
});

const status = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether there is a status page and /metrics.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'Address to listen on: 0.0.0.0 shows it to the whole home network, where a driver whose phone is dead can type the start code. Pairing codes and sessions are shown on this machine only.',
    ),
  port: port.default(8_181).describe('Port to listen on. 0 takes a free one.'),
  names: z
    .array(z.string().min(1).max(253))
    .max(20)
    .default([])
    .describe(
      "Host names under which browsers may open it, besides IP addresses, localhost and this machine's own name.",
    ),
});

const backup = z.strictObject({
  folder: z
    .string()
    .min(1)
    .meta({ examples: ['/media/usb/plugpact'] })
    .describe('Folder for the backups, relative to this file: on another disk than dataDir.'),
  passphraseFile: z
    .string()
    .min(1)
    .meta({ examples: ['backup.passphrase'] })
    .describe(
      'File whose first line is the passphrase of the backups, relative to this file. Write it down elsewhere too: without it nobody can open them.',
    ),
  everyHours: z.int().min(1).max(720).default(24).describe('How often a backup is made, in hours.'),
  keep: z.int().min(1).max(1_000).default(7).describe('How many of the newest are kept.'),
});

/** The configuration file. Every key has its description here: the commented file and editors take it from here. */
export const configSchema = z
  .strictObject({
    network: z
      .enum(NETWORK_NAMES)
      .optional()
      .meta({ examples: ['base'] })
      .describe(
        'Network of the ledger. It stands for rpcUrl and confirmations where these are missing, and for market and deployBlock where the market is.',
      ),
    rpcUrl: rpcUrl.describe(
      'JSON-RPC address of the ledger, or a list of them. The first one is asked, the others where it fails; "doctor" tries all.',
    ),
    market: address
      .meta({ type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' })
      .describe('Address of the market contract.'),
    deployBlock: z
      .int()
      .min(0)
      .default(0)
      .describe("Block of the market's deployment: following the ledger begins there."),
    apiUrl: httpUrl.describe('Address of the API that carries start, readings and co-signatures.'),
    ocpp: ocpp.describe('Where wallboxes connect: ws://HOST:PORT/CHARGE-POINT-ID.'),
    dataDir: z
      .string()
      .min(1)
      .describe(
        'Folder of journal, key and evidence, relative to this file. It belongs to one agent at a time. Back it up: your listing names the key in it.',
      ),
    backup: backup
      .optional()
      .describe(
        'Regular backups of configuration, key and journal while the agent runs, each one sealed file.',
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
        'Maximum current of all your wallboxes together, in A per phase. Bookings share it; your own charging comes first.',
      ),
    claimNoShows: z
      .boolean()
      .default(true)
      .describe(
        "Claims the listing's no-show fee when nobody came although the connector was free and in order.",
      ),
    uploadEvidence: z
      .boolean()
      .default(true)
      .describe(
        'Hands the evidence of each finished session to the API, which shows it to its driver and to you alone. You can delete it there.',
      ),
    giveBackSlots: z
      .boolean()
      .default(true)
      .describe('Whether slots that have not begun can be booked again once a driver has unplugged early.'),
    confirmations: z
      .int()
      .min(1)
      .max(1_000)
      .default(3)
      .describe(
        'Confirmations (blocks, including its own) that a booking needs before more than a first trust may flow.',
      ),
    maxFeePerGasGwei: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(100)
      .describe(
        'Maximum fee per gas, in gwei, when the agent key sends a transaction with its own ether instead of through a relay.',
      ),
    chargePoints: z
      .record(z.string().min(1).max(48), chargePoint)
      .default({})
      .describe(
        'Your wallboxes by charge-point id: the last part of the address that the wallbox connects to.',
      ),
    mqtt: mqttSchema
      .optional()
      .describe(
        'Metered, switchable household sockets on an MQTT broker, of at most 10 A each. They are not wallboxes.',
      ),
    homeAssistant: homeAssistantSchema
      .optional()
      .describe('Shows the agent and its connectors in Home Assistant, by MQTT discovery on this broker.'),
    defaultMaxPowerW: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ examples: [7_400] })
      .describe('Maximum power, in W, of a connector that chargePoints does not name.'),
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
        message: 'a socket is not a wallbox: the name is already used in chargePoints',
      });
    }
  });

export type AgentConfig = z.infer<typeof configSchema>;

/** The addresses of the ledger's nodes, the one that is asked first. */
export const rpcUrlsOf = ({ rpcUrl }: Pick<AgentConfig, 'rpcUrl'>): [string, ...string[]] =>
  [rpcUrl].flat() as [string, ...string[]];

/** The socket of this name; undefined for wallboxes. */
export function socketOf({ mqtt }: Pick<AgentConfig, 'mqtt'>, id: string): SocketOptions | undefined {
  return mqtt !== undefined && Object.hasOwn(mqtt.sockets, id) ? mqtt.sockets[id] : undefined;
}

/** How a connector is configured; one that is not configured has the usual values of a wallbox. */
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
