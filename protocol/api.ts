import type { Address, Hex } from 'viem';
import type { Coded } from './codes.ts';
import type { AssuranceLevel, ConnectorHealth, PairingOffer, SessionState } from './link.ts';
import type { ConnectorStandard, PowerType } from './listing.ts';
import type { Notice } from './notices.ts';
import type { Reading } from './reading.ts';
import type { MarketWindows } from './slots.ts';

/** The longest call that the relay takes. A proof of many meter records is longer: who has one pays its gas. */
export const RELAY_MAX_DATA_BYTES = 16_384;

/**
 * Shapes of the HTTP API (`/api/v1`). Money is a decimal integer text of token units, energy Wh, time unix seconds.
 * 256-bit words travel as 0x-hex of 32 bytes. Errors are RFC 9457 problem documents with `code` and `remedy`.
 */
export interface ConfigResponse {
  chainId: number;
  market: Address;
  token: { address: Address; symbol: string; decimals: number };
  /** Verifier of passkey accounts; null where this server names none. */
  passkeyVerifier: Address | null;
  /** The market's factory of deposit addresses; null where this server names none. */
  depositAddresses: Address | null;
  /** JSON-RPC endpoint for the browser's own reads; the page trusts the ledger, not this API. */
  rpcUrl: string;
  windows: MarketWindows;
  /** Token units, decimal text. */
  bondMax: string;
  firstTrustMax: string;
  forfeitMin: string;
  /** What signs the relayed calls; the zero address means that nobody relays. */
  relayer: Address;
  /** MapLibre style URL, or null for the bundled offline map. */
  basemapStyleUrl: string | null;
  /** Only on the local ledger: demo money may be asked for, and these pairing codes wait. */
  local: { faucet: true; pairingCodes: string[]; wallboxes: LocalWallbox[] } | null;
}

/** A simulated wallbox of this machine, whose cable the page may plug in (`/local/wallboxes/:connector/plug`). */
export interface LocalWallbox {
  chargePointId: string;
  connector: Hex;
  /** Its newest listing, once there is one. */
  listingId?: Hex;
}

/** LIVE, STALE (no heartbeat for 90 s) or OFFLINE (10 min). */
export type Freshness = 'LIVE' | 'STALE' | 'OFFLINE';

/** OCPI EVSE status words, as the map shows them. */
export type ChargerStatus =
  | 'AVAILABLE'
  | 'BLOCKED'
  | 'CHARGING'
  | 'INOPERATIVE'
  | 'OUTOFORDER'
  | 'RESERVED'
  | 'UNKNOWN'
  | 'REMOVED';

export interface TermsJson {
  host: Address;
  agentKey: Address;
  tariff: Hex;
  bookingTerms: Hex;
  metering: Hex;
  meterKeyHash: Hex;
}

/** A charger on the map. */
export interface ChargerSummary {
  listingId: Hex;
  status: ChargerStatus;
  freshness: Freshness;
  h3Cell: string;
  /** Centre of the cell, never the house. Decimal text, as OCPI has it. */
  latitude: string;
  longitude: string;
  connectorStandard: ConnectorStandard;
  powerType: PowerType;
  maxPowerW: number;
  /** Token units, decimal text. */
  pricePerKwh: string;
  pricePerHour: string;
  flatFee: string;
}

export interface ChargerDetail extends ChargerSummary {
  terms: TermsJson;
  weeklyHours: Hex;
  placeHash: Hex;
  /** Preimage of placeHash, so that the host can update. */
  place: { connector: Hex; location: Hex; placeCommitment: Hex };
  meterKey: Hex;
  version: number;
  listingStatus: 'OPEN' | 'CLOSED' | 'REVOKED';
  /** Uncompressed secp256k1 key of the agent, when it was seen: the start secret is sealed to it. */
  agentPublicKey: Hex | null;
  /** Taken slots (unix seconds / 900) from now to the horizon. */
  takenSlots: number[];
  /** Bookings that ended with agent and driver contradicting each other about a no-show. */
  contestedNoShows: number;
  updatedAt: number;
}

/** OCPI ReservationStatus. */
export type ReservationStatus = 'RESERVED' | 'CANCELED' | 'FAILED' | 'NO_SHOW' | 'FULFILLED';
export type SettlementStatus = 'NONE' | 'CLAIMED' | 'CHALLENGED' | 'SETTLED';

export interface BookingResponse {
  bookingId: Hex;
  listingId: Hex;
  driver: Address;
  purse: number;
  generation: string;
  sessionKey: Address;
  firstSlot: number;
  slotCount: number;
  cap: string;
  unsignedCost: string;
  allowedCost: string;
  relayFee: string;
  startHash: Hex;
  terms: TermsJson;
  reservationStatus: ReservationStatus;
  settlementStatus: SettlementStatus;
  /** State to hand back to the ledger while the booking is open. */
  state: { head: Hex; claim: Hex };
  /** Agent and driver contradict each other about a no-show; at the end: its fee went to nobody. */
  contested: boolean;
  /** Filled when it ended. What the driver paid, the market's fee included; a contested fee went to nobody. */
  paid: string | null;
  refunded: string | null;
  energyWh: number | null;
  endReading: ReadingJson | null;
  bookedAt: number;
  bookedTx: Hex;
  endedAt: number | null;
  endedTx: Hex | null;
}

/** A reading as it travels: its quantities fit a double exactly. */
export type ReadingJson = Reading;

/** Notices, newest first: `GET /bookings/:id/notices` (for the driver), `GET /me/notices` (for the host). */
export interface NoticesResponse {
  notices: Notice[];
}

/** How a host's connector is, as its agent reported last. */
export interface HostedHealth {
  listingId: Hex;
  /** OCPI EVSE status; null before the agent's first heartbeat. */
  status: string | null;
  /** When the agent sent its last heartbeat, unix seconds. */
  receivedAt: number | null;
  /** Since when the agent's connection to the API is up; null while it is down. */
  linkedAt: number | null;
  health: ConnectorHealth | null;
}

/** `GET /me/health`: all listed connectors of the signed-in host. */
export interface HealthResponse {
  connectors: HostedHealth[];
}

/** `POST /bookings/:id/handover`: a `Handover` that only the booking's session key can open. */
export interface HandoverResponse {
  sealed: Hex;
}

/** `GET /me/hosted`: open bookings of the signed-in host's chargers, the next one first. */
export interface HostedResponse {
  bookings: BookingResponse[];
}

/** Where a session stands, as its agent reported last. */
export interface SessionJson {
  state: SessionState;
  powerW: number;
  /** A `SessionDetail`, or a code that only a newer agent knows; null where the state says it all. */
  detail: Coded | null;
  assuranceLevel: AssuranceLevel;
  /** Token units, decimal text: what the driver must allow or co-sign so that the charge goes on; null while nothing. */
  neededCost: string | null;
  at: number;
}

/**
 * `POST /bookings/:id/allowance`, and what the API keeps of it: the newest raise, which the agent's final word may
 * cost without a co-signature.
 */
export interface AllowanceJson {
  /** Token units, decimal text. */
  cost: string;
  /** EIP-712 `Allowance` by the session key. */
  signature: Hex;
}

/** Server-sent events of `GET /bookings/:id/live`. What is known of each kind is sent on connecting. */
export type LiveEvent =
  | { event: 'reading'; data: { reading: ReadingJson; agentSignature: Hex } }
  | { event: 'session'; data: SessionJson }
  | { event: 'allowance'; data: AllowanceJson }
  | { event: 'notices'; data: NoticesResponse }
  | { event: 'handover'; data: HandoverResponse }
  | { event: 'booking'; data: BookingResponse };

/** Server-sent events of `GET /map/events`. */
export type MapEvent =
  | { event: 'charger'; data: ChargerSummary }
  | { event: 'removed'; data: { listingId: Hex } };

/** `POST /relay` with `{to, data}`: whitelisted market calls only, simulated, then sent. Interface is final. */
export interface RelayResponse {
  transactionHash: Hex;
}

/** `POST /pairings` with `{code, host}`: the agent's consent to be listed by that host. */
export interface PairingResponse {
  agentKey: Address;
  listingId: Hex;
  offer: PairingOffer;
  consentValidUntil: number;
  agentConsent: Hex;
}

/** RFC 9457 problem document. `type` is `about:blank`: `code` is what tells problems apart. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  remedy: string;
}
