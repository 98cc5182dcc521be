import type { Generated } from 'kysely';
import type { Address, Hex } from 'viem';

/**
 * Rows of the index (`terms`, `listings`, `bookings`, `accountMoves`) are a pure function of the ledger's logs.
 * A listing or booking has a row per version, valid from `fromBlock` until `untilBlock` (null for the current version).
 * Rolling back a block deletes the versions that began after it and reopens those that ended after it.
 */
export interface LedgerTables {
  ledger: LedgerTable;
  /** `digest` is of all events up to the end of the block. */
  ledgerBlocks: { number: number; hash: Hex; timestamp: number; digest: Hex };
  terms: TermsTable;
  listings: ListingsTable;
  bookings: BookingsTable;
  accountMoves: AccountMovesTable;
  /** Indexes that a back-fill builds at its end; see server/chain/deferred-indexes.ts. */
  deferredIndexes: { name: string; definition: string };
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
