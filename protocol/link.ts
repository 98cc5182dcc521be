import { type Hex, keccak256, stringToBytes } from 'viem';
import { z } from 'zod';
import type { Coded } from './codes.ts';
import { APPROVAL_MAX_BYTES, SEALED_MAX_BYTES } from './handover.ts';
import { CONNECTOR_STANDARDS, POWER_TYPES } from './listing.ts';
import { AUDIENCES, type Notice } from './notices.ts';
import { RFID_UID } from './rfid.ts';
import { address, amount, connector, hex32, hexBytes, reading, signature65, unixSec } from './schemas.ts';

/**
 * The one connection between meter agent and API: a WebSocket that the agent dials at `/api/v1/agents/link` and
 * authenticates with its key. JSON text frames, one message each, at most 64 KiB. The API says `challenge`, the
 * agent answers `hello` (EIP-712 `AgentHello`; `audience` is the host it dialled), the API says `welcome`.
 */
export const LINK_PATH = '/api/v1/agents/link';

/**
 * The agent names it as it dials. An agent that names none is of the first version: see `linkVersion1.ts`. From the
 * third version on the API names its own with `welcome`, and answers `newest`.
 */
export const LINK_VERSION = 3;
export const NEWEST_SINCE_VERSION = 3;

/** Where an agent dials an API. */
export const linkUrl = (apiUrl: string): URL =>
  new URL(`${LINK_PATH}?version=${LINK_VERSION}`, apiUrl.replace(/^http/, 'ws'));

export const LINK_MAX_BYTES = 65_536;

/** Heartbeats: one each 30 s and at every change; stale after 90 s, offline after 10 min. */
export const HEARTBEAT_SEC = 30;
export const STALE_AFTER_SEC = 90;
export const OFFLINE_AFTER_SEC = 600;

/** OCPI EVSE status words that an agent may report for a connector. */
export const EVSE_STATUSES = [
  'AVAILABLE',
  'BLOCKED',
  'CHARGING',
  'INOPERATIVE',
  'OUTOFORDER',
  'UNKNOWN',
] as const;

/** Where a session stands, for its driver. */
export const SESSION_STATES = [
  'WAITING_FOR_PLUG', // the start secret was received, no cable yet
  'STARTING', // the wallbox was asked for power
  'CHARGING',
  'PAUSED', // too much energy is not co-signed
  'SUSPENDED_EV', // the car takes no power
  'SUSPENDED_EVSE', // the wallbox gives no power
  'FINISHED', // the final reading is signed
  'SETTLED', // the ledger paid
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** Why another central system, to which a charge point is forwarded, is away. */
export const FORWARD_AWAY_REASONS = [
  'NO_WALLBOX', // the wallbox itself is not connected
  'UNREACHABLE', // no connection
  'UNKNOWN_HOST', // its name cannot be resolved
  'TLS', // its certificate, or no TLS where TLS was expected
  'WRONG_PASSWORD',
  'UNKNOWN_WALLBOX', // it does not know the address or the charge-point id
  'NOT_OCPP', // what answers there does not speak this version of OCPP
  'HUNG_UP', // it ended the connection before it answered anything
  'NO_ANSWER', // it accepted the connection and answers nothing
  'BAD_ANSWER', // it answers the boot against the schema
  'PENDING', // it has not accepted the boot yet
  'REJECTED', // it refused the boot
] as const;
export type ForwardAwayReason = (typeof FORWARD_AWAY_REASONS)[number];

/** Since when another central system is on or away. */
export const forwardHealth = z.strictObject({
  isOn: z.boolean(),
  since: unixSec,
  reason: z.enum(FORWARD_AWAY_REASONS).optional(),
});
export type ForwardHealth = z.infer<typeof forwardHealth>;

/** How a connector is, as far as its charge point reports: for its host, never for the map. */
export const connectorHealth = z.strictObject({
  /** The error that the charge point reported last, in its own words. */
  lastError: z.string().min(1).max(80).optional(),
  lastErrorAt: unixSec.optional(),
  temperatureC: z.int().min(-100).max(300).optional(),
  voltageV: z.int().min(0).max(2_000).optional(),
  firmware: z.string().min(1).max(50).optional(),
  /** The charge point's clock less the agent's. */
  clockOffsetSec: z.int().optional(),
  /** The other central system, where the charge point is forwarded to one. */
  forward: forwardHealth.optional(),
});
export type ConnectorHealth = z.infer<typeof connectorHealth>;

/**
 * Who has signed a session's energy. agent-signed: the agent alone. meter-signed: records of the registered meter key
 * cover it. key-attested: the same, with a key that the homeowner named and the charge point reports too.
 */
export const ASSURANCE_LEVELS = ['agent-signed', 'meter-signed', 'key-attested'] as const;
export type AssuranceLevel = (typeof ASSURANCE_LEVELS)[number];

const connectorStatus = z.strictObject({
  connector,
  listingId: hex32,
  /** The host to whom the agent gave its consent: pages show no listing of another. Absent while it has none. */
  host: address.optional(),
  status: z.enum(EVSE_STATUSES),
  health: connectorHealth.optional(),
});

export const heartbeat = z.strictObject({
  agentKey: address,
  sentAt: unixSec,
  connectors: z.array(connectorStatus).max(64),
});
export type Heartbeat = z.infer<typeof heartbeat>;

/** What EIP-712 `Heartbeat` commits to. */
export const connectorsHash = (connectors: Heartbeat['connectors']): Hex =>
  keccak256(stringToBytes(connectorsText(connectors)));

/** What is hashed of them, whatever the order of the fields in memory. */
export const connectorsText = (connectors: Heartbeat['connectors']): string =>
  JSON.stringify(
    connectors.map(({ connector, listingId, host, status, health }) => ({
      connector,
      listingId,
      ...(host && { host: host.toLowerCase() }),
      status,
      ...(health && { health: inOrder(health) }),
    })),
  );

const inOrder = ({ forward, ...health }: ConnectorHealth): object => ({
  ...inOrderOf(connectorHealth.shape, health),
  ...(forward && { forward: inOrderOf(forwardHealth.shape, forward) }),
});

const inOrderOf = (shape: object, values: Record<string, unknown>): object =>
  Object.fromEntries(
    Object.keys(shape).flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])),
  );

/** A connector that waits to be listed. Its code lets anybody list it: it is shown beside the charge point only. */
export const pairingOffer = z.strictObject({
  code: z.string().regex(/^[A-Z2-7]{8}$/),
  connector,
  chargePointVendor: z.string().max(50),
  chargePointModel: z.string().max(50),
  maxPowerW: z.int().min(1).max(1_000_000),
  connectorStandard: z.enum(CONNECTOR_STANDARDS),
  powerType: z.enum(POWER_TYPES),
  meterKey: hexBytes(64),
  meterAlgorithm: z.enum(['none', 'ECDSA-secp256r1-SHA256', 'ECDSA-secp256k1-SHA256']),
});
export type PairingOffer = z.infer<typeof pairingOffer>;

/** A code and its parameters: flat, few and short. */
export const coded = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z_]{2,39}$/),
  params: z
    .record(
      z.string().regex(/^[a-z]\w{0,39}$/i),
      z.union([z.string().max(300), z.number(), z.boolean(), z.null()]),
    )
    .refine((params) => Object.keys(params).length <= 16, 'must be at most 16 parameters'),
}) satisfies z.ZodType<Coded>;

export const notice = coded.extend({
  listingId: hex32,
  bookingId: hex32.nullable(),
  to: z.enum(AUDIENCES),
  at: unixSec,
}) satisfies z.ZodType<Notice>;

const problem = z.strictObject({ code: z.string().max(64), detail: z.string().max(500) });

export const fromAgent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    agentKey: address,
    publicKey: hexBytes(65),
    signature: signature65,
  }),
  z.strictObject({ type: z.literal('heartbeat'), heartbeat, signature: signature65 }),
  z.strictObject({ type: z.literal('pairings'), offers: z.array(pairingOffer).max(64) }),
  z.strictObject({ type: z.literal('reading'), reading, signature: signature65 }),
  z.strictObject({
    type: z.literal('session'),
    bookingId: hex32,
    state: z.enum(SESSION_STATES),
    powerW: z.int().min(0),
    /** A `SessionDetail`; null where the state says it all. */
    detail: coded.nullable(),
    assuranceLevel: z.enum(ASSURANCE_LEVELS),
    /**
     * Token units: the allowance or co-signed cost with which the charge goes on or comes to its end. Null while the
     * agent needs none.
     */
    neededCost: amount.nullable().default(null),
    at: unixSec,
  }),
  /** Asks which readings of a booking the API holds: after a restore the agent may not know what it has signed. */
  z.strictObject({ type: z.literal('newest'), bookingId: hex32 }),
  /** A `Handover` sealed to the booking's session key, for when its driver asks and the agent is away. */
  z.strictObject({ type: z.literal('handover'), bookingId: hex32, sealed: hexBytes(SEALED_MAX_BYTES) }),
  /** Sent again until the API says `noticed` with its number. */
  z.strictObject({ type: z.literal('notice'), number: z.int().min(0), notice }),
  z.strictObject({
    type: z.literal('reply'),
    requestId: z.string().max(64),
    problem: problem.optional(),
    sealed: hexBytes(SEALED_MAX_BYTES).optional(),
    consent: z.strictObject({ offer: pairingOffer, validUntil: unixSec, signature: signature65 }).optional(),
  }),
]);
export type FromAgent = z.infer<typeof fromAgent>;

const request = { requestId: z.string().max(64) };

/** A reading with its signatures, as the API holds it. */
const heldReading = z.strictObject({
  reading,
  agentSignature: signature65,
  sessionSignature: signature65.nullable(),
});
export type HeldReading = z.infer<typeof heldReading>;

export const toAgent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('challenge'), nonce: hex32 }),
  /** `version` is the API's, told from the third on to agents of the third on. */
  z.strictObject({ type: z.literal('welcome'), version: z.int().min(1).optional() }),
  /** The newest reading of a booking, and the newest that is co-signed; null where the API holds none. */
  z.strictObject({
    type: z.literal('newest'),
    bookingId: hex32,
    newest: heldReading.nullable(),
    cosigned: heldReading.nullable(),
  }),
  z.strictObject({ type: z.literal('noticed'), number: z.int().min(0) }),
  z.strictObject({ type: z.literal('start'), ...request, bookingId: hex32, envelope: hexBytes(1_024) }),
  z.strictObject({
    type: z.literal('cosign'),
    ...request,
    bookingId: hex32,
    seq: z.int().min(0),
    signature: signature65,
  }),
  /** EIP-712 `Allowance` by the session key; `cost` in token units. */
  z.strictObject({
    type: z.literal('allow'),
    ...request,
    bookingId: hex32,
    cost: amount,
    signature: signature65,
  }),
  z.strictObject({ type: z.literal('stop'), ...request, bookingId: hex32, signature: signature65 }),
  z.strictObject({
    type: z.literal('location'),
    ...request,
    listingId: hex32,
    envelope: hexBytes(SEALED_MAX_BYTES),
  }),
  z.strictObject({ type: z.literal('handover'), ...request, bookingId: hex32, signature: signature65 }),
  z.strictObject({
    type: z.literal('approveHandover'),
    ...request,
    bookingId: hex32,
    signature: hexBytes(APPROVAL_MAX_BYTES),
  }),
  z.strictObject({ type: z.literal('pair'), ...request, code: z.string().max(16), host: address }),
]);
export type ToAgent = z.infer<typeof toAgent>;

/**
 * What the driver's device seals to the agent key (ECIES): EIP-712 `Start`, signed by the session key. With `rfidUid`,
 * sent at any time before the slot's end, the charge begins when that card is shown at the wallbox.
 */
export const startEnvelope = z.strictObject({
  bookingId: hex32,
  secret: hex32,
  signature: signature65,
  rfidUid: z.string().regex(RFID_UID, 'must be 4 to 20 letters and digits').optional(),
});
export type StartEnvelope = z.infer<typeof startEnvelope>;
