import type { Generated, Kysely, Transaction } from 'kysely';
import type { Address, Hex } from 'viem';
import type { ChargerStatus, Freshness } from '../protocol/api.ts';
import type { AssuranceLevel, SessionState } from '../protocol/link.ts';
import type { ConnectorStandard, PowerType } from '../protocol/listing.ts';
import type { ForeignStatus } from '../protocol/map-api.ts';
import type { Notice } from '../protocol/notices.ts';
import type { OcpiTables } from './tables/ocpi.ts';
import type { OutboxTables } from './tables/outbox.ts';
import type { PeopleTables } from './tables/people.ts';
import type { SubscriptionTables } from './tables/subscriptions.ts';

/**
 * The tables. Amounts are decimal text, 256-bit words and addresses are lower-case hex, and times are unix seconds, so
 * that the same columns work on SQLite and PostgreSQL.
 *
 * Rows of the index (`terms`, `listings`, `bookings`, `accountMoves`) are a pure function of the ledger's logs.
 * A listing or booking has a row per version, valid from `fromBlock` until `untilBlock` (null for the current version).
 * Rolling back a block deletes the versions that began after it and reopens those that ended after it.
 */
export interface Tables extends OcpiTables, OutboxTables, PeopleTables, SubscriptionTables {
  ledger: LedgerTable;
  /** `digest` is of all events up to the end of the block. */
  ledgerBlocks: { number: number; hash: Hex; timestamp: number; digest: Hex };
  terms: TermsTable;
  listings: ListingsTable;
  bookings: BookingsTable;
  accountMoves: AccountMovesTable;
  /** JSON by `Idempotency-Key`; `status` is null while the first request is answered. */
  answeredRequests: {
    requestKey: string;
    account: string;
    requestHash: string;
    startedAt: number;
    status: number | null;
    body: string | null;
  };
  agents: { agentKey: Address; publicKey: Hex; seenAt: number };
  /** `health`: JSON as the agent reported it; shown to the host only. */
  connectors: {
    listingId: Hex;
    agentKey: Address;
    /** To whom the agent gave its consent; null while it has not said. */
    host: Address | null;
    status: string;
    health: string | null;
    sentAt: number;
    receivedAt: number;
    /** 1 where the last report changed what the map shows. */
    isChange: Generated<number>;
  };
  readings: ReadingsTable;
  /** One row per booking: the state that its agent reported last. */
  sessions: {
    bookingId: Hex;
    state: SessionState;
    powerW: number;
    /** JSON of a code with its parameters. */
    detail: string | null;
    assuranceLevel: AssuranceLevel;
    neededCost: string | null;
    at: number;
  };
  /** The newest raise of each booking; `acceptedAt` is null until its agent has taken it. */
  allowances: { bookingId: Hex; cost: string; signature: Hex; acceptedAt: number | null };
  /** `noticeId` is a hash of the other fields as they were sent; `params` is JSON. */
  notices: Omit<Notice, 'params'> & { noticeId: Hex; params: string };
  /** Deleted when the booking ends. */
  handovers: { bookingId: Hex; sealed: Hex };
  foreignFeeds: ForeignFeedsTable;
  foreignLocations: ForeignLocationsTable;
  signInNonces: { nonce: string; expiresAt: number };
  /** `renewAt`: when the token is replaced; null once it was, and the row is about to end. */
  signIns: { tokenHash: Hex; address: Address; expiresAt: number; renewAt: number | null };
  /** The processes on this PostgreSQL; `seenAt` by the database's clock. */
  processes: { processId: string; seenAt: number };
  /** Which process holds an agent's connection, and which one held it before. */
  agentLinks: {
    agentKey: Address;
    processId: string;
    linkId: string;
    linkedAt: number;
    previousProcessId: string | null;
    previousLinkId: string | null;
  };
  /** Connectors of connected agents that wait to be listed; `offer` is JSON. */
  pairingOffers: { agentKey: Address; code: string; linkId: string; offer: string };
  /** Messages between processes that are too long for a notification. */
  clusterMessages: { messageId: string; body: string; sentAt: number };
  /** The nonce that a sender's next transaction must not fall below, while it is new. */
  senderNonces: { account: Address; nextNonce: number; sentAt: number };
  /** Requests of an address within a window of time that ends at `resetAtMs`. */
  requestCounts: { countKey: string; hits: number; resetAtMs: number };
  mapChargers: MapChargersTable;
  mapCells: MapCellsTable;
  /** Listings whose row on the map is to be made again; a listing may stand here more than once. */
  mapDirty: { listingId: Hex };
  /** Chargers that left the map, or a position on it, for clients that were away for a while. */
  mapRemoved: {
    listingId: Hex;
    m: number;
    changeNumber: number;
    latitudeE6: number;
    longitudeE6: number;
    removedAt: number;
  };
  /** A single row: see MapStateTable. */
  mapState: MapStateTable;
}

/** A feed of foreign charging locations, and how its last read went. */
export interface ForeignFeedsTable {
  name: string;
  /** When it is read next. */
  dueAt: number;
  /** Number of its last read. */
  generation: number;
  /** Grows when its locations change. */
  version: number;
  etag: string | null;
  lastModified: string | null;
  /** When it was read to its end; null before that. */
  readAt: number | null;
  locationCount: number;
  /** Locations that their operator does not publish, or has removed. */
  hiddenCount: number;
  refusedCount: number;
  /** JSON: the first refused rows with the rule that each breaks. */
  refused: string;
  /** Why the last read failed; null where it did not. */
  error: string | null;
}

/** A charging location of another operator, which cannot be booked here. */
export interface ForeignLocationsTable {
  id: string;
  feed: string;
  /** The read of its feed that saw it last. */
  generation: number;
  /** Morton key, as in `mapChargers`. */
  m: number;
  latitudeE6: number;
  longitudeE6: number;
  status: ForeignStatus;
  maxPowerW: number | null;
  /** JSON of what is shown of it alone. */
  details: string;
  updatedAt: number | null;
}

/** A single row: the indexed ledger, and how far it is indexed. */
interface LedgerTable {
  id: Generated<number>;
  chainId: number;
  genesisHash: Hex;
  market: Address;
  deployBlock: number;
  indexedTo: number;
  /** Up to here a second reading gave the same events; below `deployBlock` while there was none. */
  verifiedTo: Generated<number>;
  /** JSON of what nodes contradict each other about; null while they do not. */
  contradiction: Generated<string | null>;
}

interface Version {
  fromBlock: number;
  untilBlock: number | null;
}

interface TermsTable {
  termsHash: Hex;
  fromBlock: number;
  host: Address;
  agentKey: Address;
  tariff: Hex;
  bookingTerms: Hex;
  metering: Hex;
  meterKeyHash: Hex;
}

interface ListingsTable extends Version {
  listingId: Hex;
  termsHash: Hex;
  weeklyHours: Hex;
  connector: Hex;
  location: Hex;
  placeCommitment: Hex;
  meterKey: Hex;
  version: number;
  /** A number of LISTING_STATUS. */
  status: number;
  /** Centre of the H3 cell in millionths of a degree; null where the cell is not valid. */
  latitudeE6: number | null;
  longitudeE6: number | null;
  updatedAt: number;
}

interface BookingsTable extends Version {
  bookingId: Hex;
  listingId: Hex;
  termsHash: Hex;
  driver: Address;
  purse: number;
  generation: string;
  sessionKey: Address;
  firstSlot: number;
  slotCount: number;
  opensAt: number;
  endsAt: number;
  cap: string;
  unsignedCost: string;
  allowedCost: string;
  relayFee: string;
  startHash: Hex;
  reservationStatus: string;
  canceledBy: 'DRIVER' | 'HOST' | null;
  settlementStatus: string;
  stateHead: Hex;
  stateClaim: Hex;
  /** 1 where agent and driver contradict each other about a no-show, and nothing has decided it. */
  contested: number;
  /** From this slot on (unix seconds / 900) the agent gave the booking's slots back. */
  freedFromSlot: number | null;
  paid: string | null;
  refunded: string | null;
  energyWh: number | null;
  readingMeasure: Hex | null;
  readingEvidenceHash: Hex | null;
  readingRegistersCommitment: Hex | null;
  bookedAt: number;
  bookedTx: Hex;
  endedAt: number | null;
  endedTx: Hex | null;
}

interface AccountMovesTable {
  fromBlock: number;
  logIndex: number;
  kind: 'DEPOSIT' | 'WITHDRAWAL' | 'EARNINGS_WITHDRAWAL' | 'RELAY_FEE';
  account: Address;
  purse: number | null;
  listingId: Hex | null;
  amount: string;
  counterparty: Address | null;
  movedAt: number;
  tx: Hex;
}

interface ReadingsTable {
  bookingId: Hex;
  seq: number;
  /** JSON text of a ReadingJson. */
  reading: string;
  agentSignature: Hex;
  sessionSignature: Hex | null;
  receivedAt: number;
}

/** An open listing as the map shows it, by Morton key `m`. */
interface MapChargersTable {
  m: number;
  listingId: Hex;
  /** Number of the change that wrote the row: later changes have greater numbers. */
  changeNumber: number;
  /** Unix seconds of that change. */
  changedAt: Generated<number>;
  status: ChargerStatus;
  freshness: Freshness;
  h3Cell: string;
  latitudeE6: number;
  longitudeE6: number;
  connectorStandard: ConnectorStandard;
  powerType: PowerType;
  maxPowerW: number;
  /** Token units. */
  pricePerKwh: number;
  pricePerHour: number;
  flatFee: number;
  /** The highest that a session there can reach by the listing's terms. */
  assuranceLevel: AssuranceLevel;
  /** JSON of a ChargerSummary, as lists send it. */
  summary: string;
  /** As in `listings` and `terms`: when it can be booked. */
  weeklyHours: Hex;
  bookingTerms: Hex;
  /** 0 where its agent gave its consent to another host: nobody could charge. */
  isBookable: 0 | 1;
}

/** The chargers of a cell, an eighth of the side of a tile of zoom `z`: from 0 to 14, cells without chargers left out. */
interface MapCellsTable {
  z: number;
  /** The first bits of the Morton keys in it: `m` divided by 4^(21 - z). */
  cell: number;
  chargerCount: number;
  liveCount: number;
  /** Token units. */
  cheapestPerKwh: number | null;
  /** Sums of the chargers' coordinates in cells of the finest grid: divided by the count they are the middle. */
  sumX: number;
  sumY: number;
}

interface MapStateTable {
  id: number;
  /** Number of the newest change. */
  changeNumber: number;
  /** Removals up to this change number are forgotten. */
  forgottenTo: number;
  /** Unix seconds up to which statuses that time alone changes were looked at. */
  seenTo: number;
  /** While all listings are drawn: the id of the last one that was, empty before the first. Null once all are. */
  redrawFrom: Generated<string | null>;
}

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
